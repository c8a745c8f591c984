import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lazily } from '#aws/lazily.ts';

test('a client is kept while its place stays and time goes on; each rehearsal of a process has its own', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1000 });
  let made = 0;
  const client = lazily(() => ++made);
  const rows: [now: number, endpoint: string, client: number][] = [
    [1000, 'http://127.0.0.1:1', 1],
    [1000, 'http://127.0.0.1:1', 1],
    [9000, 'http://127.0.0.1:1', 1],
    [8999, 'http://127.0.0.1:1', 2],
    [9500, 'http://127.0.0.1:1', 2],
    [9500, 'http://127.0.0.1:2', 3],
  ];
  const before = process.env.AWS_ENDPOINT_URL;
  t.after(() => {
    if (before === undefined) delete process.env.AWS_ENDPOINT_URL;
    else process.env.AWS_ENDPOINT_URL = before;
  });
  for (const [now, endpoint, which] of rows) {
    t.mock.timers.setTime(now);
    process.env.AWS_ENDPOINT_URL = endpoint;
    assert.equal(client(), which, `${now} ${endpoint}`);
  }
});
