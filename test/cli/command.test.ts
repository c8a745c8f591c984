import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

const root = join(import.meta.dirname, '../..');
const place = mkdtempSync(join(tmpdir(), 'patchwright-command-'));
after(() => rmSync(place, { recursive: true }));

interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the command line in a process of its own, as a person would; colours would show if it took the pipe for a terminal. */
function patchwright(...args: string[]): Promise<Ran> {
  const child = spawn(process.execPath, ['cli/main.ts', ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk) => out.push(chunk));
  child.stderr.on('data', (chunk) => err.push(chunk));
  return new Promise((resolve) => {
    child.on('close', (code) =>
      resolve({ code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }),
    );
  });
}

function file(name: string, content: string): string {
  const path = join(place, name);
  writeFileSync(path, content);
  return path;
}

describe('what the command is given and cannot use ends in 2, with file, place and remedy', () => {
  const scenario = () => readFileSync(join(root, 'scenarios/default.yml'), 'utf8');
  const rows: [name: string, args: () => string[], message: RegExp][] = [
    ['an unknown command', () => ['rehears'], /unknown command 'rehears'\n\(Did you mean rehearse\?\)/],
    [
      'an unknown option',
      () => ['rehearse', '--scenaro', 'x'],
      /unknown option '--scenaro'\n\(Did you mean --scenario\?\)/,
    ],
    ['a seed that is no number', () => ['rehearse', '--seed', 'x'], /'x' is invalid\. Give a whole number/],
    ['an answer that is none', () => ['rehearse', '--approve', 'maybe'], /Allowed choices are yes, no, never/],
    [
      'two fleets',
      () => ['rehearse', '--scenario', 'a', '--findings', 'b'],
      /'--findings <file\.\.\.>' cannot be used with/,
    ],
    [
      'an unknown scenario',
      () => ['rehearse', '--scenario', 'nope'],
      /--scenario nope: there is no such file.*Remedy: name a file or one of .*default/,
    ],
    [
      'a misspelt scenario key',
      () => ['rehearse', '--scenario', file('s.yml', scenario().replace(/^fleet:/m, 'flet:'))],
      /s\.yml:\d+:\d+: unknown key "flet".*Remedy: did you mean "fleet"/,
    ],
    [
      'a policy that is not there',
      () => ['rehearse', '--policy', join(place, 'p.yml')],
      /p\.yml:1:1 cannot be read \(ENOENT\); name a policy/,
    ],
    [
      'a policy with faults',
      () => ['rehearse', '--policy', file('q.yml', 'version: 1\ngroups:\n  web: { oss: [DEBIAN] }\n')],
      /q\.yml:3:\d+ groups\.web\.oss: unknown key; did you mean os\?/,
    ],
    [
      'an unknown group',
      () => ['rehearse', '--group', 'payroll'],
      /policy\.yml: has no group payroll\. Remedy: name one of web, batch/,
    ],
    [
      'a directory that cannot be',
      () => ['rehearse', '--out', join(file('f', ''), 'x')],
      /--out .*: cannot be written .*Remedy/,
    ],
    [
      'findings that are not there',
      () => ['rehearse', '--findings', join(place, 'n.json')],
      /n\.json: there is no such file\. Remedy/,
    ],
    [
      'findings that are cut off',
      () => ['rehearse', '--findings', file('t.json', '{"findings": [{')],
      /t\.json:1:16: ends in the middle/,
    ],
    [
      'no findings',
      () => ['rehearse', '--findings', file('e.json', '{"findings": []}')],
      /e\.json: holds no findings\. Remedy/,
    ],
  ];
  for (const [name, args, message] of rows) {
    it(name, async () => {
      const { code, out, err } = await patchwright(...args());
      assert.match(err, message);
      assert.deepEqual([code, out], [2, '']);
      assert.doesNotMatch(err, /\n {4}at /, 'a stack trace is no message');
    });
  }
});

describe('the rehearsal as a command', () => {
  it('with --json prints the document and nothing else', async () => {
    const { code, out, err } = await patchwright('rehearse', '--json', '--out', join(place, 'json'));
    const run = JSON.parse(out);
    assert.deepEqual([code, err, run.version, run.campaign.outcome], [0, '', 1, 'Completed']);
    assert.deepEqual(JSON.parse(readFileSync(join(place, 'json', 'rehearsed.json'), 'utf8')), run);
    assert.ok(readdirSync(join(place, 'json', 'mail')).length > 0);
  });

  it('prints at most 30 lines of 80 columns, without colour where there is no terminal', async () => {
    const { code, out } = await patchwright('rehearse', '--out', join(place, 'plain'));
    const lines = out.trimEnd().split('\n');
    assert.equal(code, 0);
    assert.ok(lines.length <= 30, `${lines.length} lines`);
    assert.ok(!out.includes('\u001b'));
    // The last line is a path, which is not cut.
    for (const line of lines.slice(0, -1)) assert.ok(line.length <= 80, line);
  });

  it('ends with 4 where people say no', async () => {
    const { code } = await patchwright('rehearse', '--approve', 'no', '--out', join(place, 'no'));
    assert.equal(code, 4);
  });
});
