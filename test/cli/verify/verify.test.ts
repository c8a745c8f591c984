import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { rehearse } from '../../../cli/rehearse/rehearse.ts';
import { verify } from '../../../cli/verify/verify.ts';
import { change, changeLines, closeAfter, rehash } from './evidence-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'patchwright-verify-'));
after(() => rmSync(root, { recursive: true, force: true }));

const good = join(root, 'good');
const { run } = await rehearse({ out: good });
const { id: campaign } = run.campaign;
let copies = 0;

/** A copy in a group's folder of its own. */
function copied(): string {
  const directory = join(root, `group-${++copies}`, campaign);
  cpSync(good, directory, { recursive: true });
  return directory;
}

async function differencesIn(directory: string): Promise<string[]> {
  const [verified] = await verify(directory);
  return (verified?.differences ?? []).map(({ file, words }) => `${file}: ${words}`);
}

const FLEET = 'delta/fleet.jsonl.gz';
const verdictOf = (value: { verdicts: { ring: string }[] }, ring: string) =>
  value.verdicts.find((verdict) => verdict.ring === ring);

test('a good folder differs in nothing, also without its rehearsal’s own files', async () => {
  const [verified] = await verify(good);
  assert.deepEqual(verified?.differences, []);
  assert.equal(verified?.outcome, run.campaign.outcome);
  assert.ok((verified?.files ?? 0) > 20);
  const directory = copied();
  for (const file of ['mail', 'rehearsed.json']) rmSync(join(directory, file), { recursive: true });
  const [bare] = await verify(directory);
  assert.deepEqual(bare?.differences, []);
  assert.ok(!bare?.notes.some((note) => note.includes('not checked: mail')));
});

for (const [scenario, outcome] of [
  ['inspector-off', 'Blind'],
  ['aborted', 'Lost'],
] as const) {
  test(`a campaign that ended ${outcome} is checked as well, as far as it came`, async () => {
    const out = join(root, scenario);
    await rehearse({ scenario, out });
    const [verified] = await verify(out);
    assert.equal(verified?.outcome, outcome);
    assert.deepEqual(verified?.differences, []);
    changeLines(out, 'plan/fleet.findings.jsonl.gz', (fates) => [...fates, { arn: 'arn:invented' }]);
    rehash(out);
    assert.notDeepEqual(await differencesIn(out), []);
  });
}

/** What is done to the folder, and the file that has to be named. */
const SPOILED: [string, string, (directory: string) => void][] = [
  ['a finding removed from the delta', FLEET, (at) => changeLines(at, FLEET, (rows) => rows.slice(1))],
  [
    'a finding removed from the first survey',
    'before/fleet.jsonl.gz',
    (at) => changeLines(at, 'before/fleet.jsonl.gz', withoutOneFinding),
  ],
  [
    'a finding removed from the second survey',
    'after/fleet.jsonl.gz',
    (at) => changeLines(at, 'after/fleet.jsonl.gz', withoutOneFinding),
  ],
  [
    'a bucket changed',
    FLEET,
    (at) => changeLines(at, FLEET, (rows) => rows.map((row, n) => (n === 0 ? { ...row, bucket: 'fixed' } : row))),
  ],
  [
    'a verdict edited',
    'campaign.json',
    (at) =>
      change(at, 'campaign.json', (record) => void Object.assign(verdictOf(record, 'fleet') ?? {}, { failed: 0 })),
  ],
  [
    'a verdict edited where the ring was judged',
    'rings/fleet.json',
    (at) => change(at, 'rings/fleet.json', (ring) => void Object.assign(ring.verdict, { patched: 17 })),
  ],
  ['a host that failed called patched', 'rings/fleet.json', (at) => change(at, 'rings/fleet.json', callAllPatched)],
  [
    'an approval moved after the patch',
    'campaign.json',
    (at) =>
      change(at, 'campaign.json', ({ approvals }) => {
        approvals[0].decidedAt = approvals[0].expiresAt;
      }),
  ],
  [
    'an approval by link called one where credentials were asked for',
    'campaign.json',
    (at) => change(at, 'campaign.json', ({ approvals }) => Object.assign(approvals[0], { decide: 'iam', way: 'link' })),
  ],
  ['an approval removed', 'campaign.json', (at) => change(at, 'campaign.json', (r) => ({ ...r, approvals: [] }))],
  ['the plan’s scope changed', 'plan.json', (at) => change(at, 'plan.json', (p) => ({ ...p, reboot: 'NoReboot' }))],
  [
    'a number of the delta changed',
    'delta.json',
    (at) =>
      change(at, 'delta.json', (delta) => {
        delta.fixed.total += 1;
      }),
  ],
  [
    'a trigger’s author changed',
    'campaign.json',
    (at) => change(at, 'campaign.json', (r) => ({ ...r, trigger: { ...r.trigger, by: 'x' } })),
  ],
  ['a mail’s words changed', 'notice.json', (at) => change(at, 'notice.json', (n) => ({ ...n, body: 'All is well.' }))],
  ['a file missing', FLEET, (at) => rmSync(join(at, FLEET))],
  ['a survey missing', 'after/fleet.jsonl.gz', (at) => rmSync(join(at, 'after/fleet.jsonl.gz'))],
  ['a file cut short', FLEET, (at) => writeFileSync(join(at, FLEET), Buffer.from([31, 139, 8]))],
];

describe('names the file', () => {
  for (const [what, file, spoil] of SPOILED) {
    test(what, async () => {
      const directory = copied();
      spoil(directory);
      const found = await differencesIn(directory);
      assert.ok(
        found.some((line) => line.startsWith(`${file}: `)),
        `${file} is named in ${found.join(' | ')}`,
      );
    });

    test(`${what}, and the manifest made to fit`, async () => {
      const directory = copied();
      spoil(directory);
      rehash(directory);
      const found = await differencesIn(directory);
      assert.ok(
        found.some((line) => line.startsWith(`${file}: `)),
        `${file} is named in ${found.join(' | ')}`,
      );
    });
  }

  test('an approval’s time changed', async () => {
    const directory = copied();
    const earlier = (record: { approvals: { decidedAt: string }[] }) => {
      for (const approval of record.approvals)
        approval.decidedAt = approval.decidedAt.replace(/\d\d\.\d+Z$/, '59.000Z');
    };
    change(directory, 'campaign.json', earlier);
    assert.match((await differencesIn(directory)).join('\n'), /^campaign\.json: was changed/m);
    rehash(directory);
    const found = (await differencesIn(directory)).join('\n');
    assert.match(found, /^report\.html: is not what the records give/m);
  });

  test('a file that no campaign wrote', async () => {
    const directory = copied();
    writeFileSync(join(directory, 'rings', 'third.json'), '{}');
    assert.deepEqual(await differencesIn(directory), ['rings/third.json: is not in the manifest']);
  });

  test('the manifest missing, or edited', async () => {
    const directory = copied();
    change(directory, 'manifest.json', (manifest) => ({ ...manifest, closedAt: '2024-09-02T00:00:00.000Z' }));
    assert.match((await differencesIn(directory)).join(), /^manifest\.json: was changed: its own hash/);
    rmSync(join(directory, 'manifest.json'));
    assert.match((await differencesIn(directory)).join(), /manifest\.json: is missing/);
  });
});

describe('the campaign before', () => {
  const before = 'web-20240824T200000Z';

  async function chained() {
    const directory = copied();
    const beside = join(directory, '..', before);
    cpSync(good, beside, { recursive: true });
    change(beside, 'manifest.json', (manifest) => ({ ...manifest, campaign: before }));
    const manifest = rehash(beside);
    await closeAfter(directory, { campaign: before, manifest: manifest.hash });
    return { directory, beside };
  }

  test('holds where it is as it was, and is a note where it is not at hand', async () => {
    const { directory, beside } = await chained();
    assert.deepEqual(await differencesIn(directory), []);
    rmSync(beside, { recursive: true });
    const [verified] = await verify(directory);
    assert.deepEqual(verified?.differences, []);
    assert.match(verified?.notes.join() ?? '', new RegExp(`${before}, is not beside this folder`));
  });

  test('swapped: its folder is another’s, with a manifest that fits', async () => {
    const { directory, beside } = await chained();
    change(beside, 'opened.json', (opened) => ({ ...opened, trigger: null }));
    rehash(beside);
    assert.match((await differencesIn(directory)).join(), new RegExp(`^\\.\\./${before}/manifest\\.json: is another`));
  });

  test('swapped: the manifest names another one', async () => {
    const { directory, beside } = await chained();
    const other = { campaign: before, manifest: 'f'.repeat(64) };
    change(directory, 'manifest.json', (manifest) => ({ ...manifest, previous: other }));
    assert.match((await differencesIn(directory)).join(), /^manifest\.json: was changed/);
    rmSync(beside, { recursive: true });
    rehash(directory, other);
    assert.match((await differencesIn(directory)).join(), /report\.html: is not what the records give/);
  });

  test('a folder of a group has all its campaigns checked', async () => {
    const { directory } = await chained();
    const all = await verify(join(directory, '..'));
    assert.deepEqual(
      all.map((verified) => [verified.directory.endsWith(campaign), verified.differences.length > 0]),
      [
        [false, true], // only a copy under another name
        [true, false],
      ],
    );
  });
});

test('what is no evidence is bad input, with its remedy', async () => {
  const empty = join(root, 'empty');
  mkdirSync(empty);
  await assert.rejects(verify(empty), /holds no campaign's evidence.*Remedy/);
  await assert.rejects(verify(join(root, 'absent')), /is not there.*Remedy/);
  await assert.rejects(verify(join(good, 'plan.json')), /is a file.*Remedy/);
});

function withoutOneFinding(hosts: { findings: unknown[] }[]) {
  const one = hosts.find(({ findings }) => findings.length > 0);
  one?.findings.pop();
  return hosts;
}

function callAllPatched(ring: { hosts: { status: string; words: string }[] }) {
  for (const host of ring.hosts) if (host.status !== 'patched') Object.assign(host, { status: 'patched', words: '' });
}

test('the command ends in 0, 1 or 2, and prints one document with --json', async () => {
  const spoiled = copied();
  rmSync(join(spoiled, FLEET));
  const [fine, bad, none] = await Promise.all([
    verifying(good),
    verifying(spoiled, '--json'),
    verifying(join(root, 'no')),
  ]);
  assert.equal(fine.code, 0);
  assert.match(fine.out, /as it was left: \d+ files, and what follows from them/);
  assert.equal(bad.code, 1);
  const { ok, campaigns } = JSON.parse(bad.out);
  assert.equal(ok, false);
  assert.deepEqual(campaigns[0].differences[0], { file: FLEET, words: 'is missing' });
  assert.equal(none.code, 2);
  assert.equal(none.out, '');
});

function verifying(...args: string[]): Promise<{ code: number; out: string }> {
  const main = join(import.meta.dirname, '../../../cli/main.ts');
  return new Promise((done) => {
    execFile(process.execPath, [main, 'verify', ...args], (error, out) =>
      done({ code: Number(error?.code ?? 0), out }),
    );
  });
}
