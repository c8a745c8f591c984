import assert from 'node:assert/strict';
import { it } from 'node:test';
import { unheldLease } from '#domain/campaign/lease.ts';
import type { Lease } from '#domain/campaign/records.ts';
import type { Plan, RingRecord } from '#domain/patch/records.ts';
import type { Answer } from '../../../cli/account/answer.ts';
import type { StandingPorts } from '../../../cli/account/campaign-standing.ts';
import { readStatus, statusAnswer, watchStatus } from '../../../cli/account/status.ts';
import { plain } from '../../../cli/screen/text.ts';
import { tooWide } from './rehearsed.ts';

const AT = '2024-09-01T10:00:00.000Z';

function atWork(state: 'open' | 'draining' = 'open'): Lease {
  const trigger = { kind: 'person' as const, id: 'person/1', at: AT, by: 'arn:aws:iam::123456789012:user/ann' };
  const holder = { campaign: 'web-1', execution: 'arn:web-1', state, openedAt: '2024-09-01T08:00:00.000Z', trigger };
  return { ...unheldLease('web'), version: 3, holder, noted: [trigger] };
}

function closed(outcome: 'Halted' | 'Completed'): Lease {
  const lastClosed = { campaign: 'web-1', outcome, at: '2024-09-01T09:00:00.000Z', noticed: true };
  return { ...unheldLease('web'), version: 5, lastClosed };
}

function ports(leases: () => Lease[], files: Record<string, unknown> = {}, running = true): StandingPorts {
  const not = () => Promise.reject(new Error('not asked for'));
  return {
    campaigns: {
      async *leases() {
        yield* leases();
      },
      killSwitch: async () => 'go',
      approval: async () => null,
    },
    engine: { status: async () => (running ? 'RUNNING' : 'ABORTED'), start: not, arn: () => '', answer: not },
    evidence: { readIfThere: async (_: unknown, path: string) => files[path] ?? null },
  } as unknown as StandingPorts;
}

const words = (answer: Answer) => answer.lines(plain, 80).join('\n');

it('tells of a ring how far its hosts are', async () => {
  const plan = { rings: [{ ring: 'canary', hosts: 4, approval: false }] } as unknown as Plan;
  const statuses = ['patched', 'patched', 'failed', 'working'];
  const record = { hosts: statuses.map((status) => ({ status })), verdict: null } as unknown as RingRecord;
  const files = { 'plan.json': plan, 'rings/canary.json': record };
  const text = words(
    statusAnswer(
      await readStatus(
        'web',
        ports(() => [atWork()], files),
        AT,
      ),
    ),
  );
  assert.match(text, /web: web-1, opened 2 h ago/);
  assert.match(text, /canary: 2 of 4 patched, 1 working, 1 failed; patching/);
  assert.match(text, /1 trigger noted: another campaign follows/);
  assert.deepEqual(tooWide(text), []);
});

it('tells of an execution that died under its lease, and of one that drains', async () => {
  const died = words(
    statusAnswer(
      await readStatus(
        'web',
        ports(() => [atWork()], {}, false),
        AT,
      ),
    ),
  );
  assert.match(died, /its execution is ABORTED: the sweeper closes it as Lost/);
  const drains = words(
    statusAnswer(
      await readStatus(
        'web',
        ports(() => [atWork('draining')], {}, false),
        AT,
      ),
    ),
  );
  assert.match(drains, /draining: it ends once all of its commands have/);
});

it('watches until nothing is at work, shows each change once, and ends as the campaign did', async () => {
  const leases = [atWork(), atWork(), atWork('draining'), closed('Halted')];
  const shown: Answer[] = [];
  const waits: number[] = [];
  const end = await watchStatus(
    'web',
    (answer) => shown.push(answer),
    ports(() => [leases[waits.length] ?? closed('Halted')]),
    async (ms) => waits.push(ms),
  );
  assert.deepEqual([shown.length, waits.length, end.exit], [2, 3, 3]);
  const idle = await watchStatus(
    undefined,
    () => {},
    ports(() => [closed('Halted')]),
  );
  assert.equal(idle.exit, 0, 'what ended before anybody watched is no news');
});

it('finds a group by its name, and by its short name as mails and campaigns have it', async () => {
  const leases = () => [unheldLease('Web Servers'), unheldLease('web')];
  for (const asked of ['Web Servers', 'Web-Servers--b2cbd437']) {
    const { groups } = await readStatus(asked, ports(leases), AT);
    assert.deepEqual(
      groups.map(({ group }) => group),
      ['Web Servers'],
    );
  }
  await assert.rejects(readStatus('Mail Servers', ports(leases), AT), {
    message:
      'Mail Servers: never had a campaign here. Remedy: patchwright start Mail-Servers--df0aea94, or look at the name',
  });
});
