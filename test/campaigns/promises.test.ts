import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { CampaignRecord } from '#domain/campaign/records.ts';
import type { DeltaRow } from '#domain/patch/delta/records.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { RingPlan, RingRecord } from '#domain/patch/records.ts';
import { loadPolicy } from '#policy/load-policy.ts';
import type { Rehearsing } from '../../cli/rehearse/conduct.ts';
import { broken } from '../../cli/rehearse/promises/broken.ts';
import type { Happened } from '../../cli/rehearse/promises/happened.ts';
import { rehearse } from '../../cli/rehearse/rehearse.ts';

/** The checker of the promises can fail: each is broken on purpose in what a good rehearsal left. */
describe('a promise that breaks is named by its number', () => {
  let good: Rehearsing;
  let group: GroupPolicy;
  before(async () => {
    const policy = loadPolicy('policy.yml').groups.web;
    assert.ok(policy);
    group = policy;
    good = await rehearse({ scenario: 'default', out: null });
  });

  const happened = (change: Partial<Happened> = {}): Happened => ({
    group,
    evidence: good.evidence,
    timeline: good.rehearsal.timeline,
    inbox: good.rehearsal.inbox,
    truth: good.truth,
    ...change,
  });
  const numbers = (change: Partial<Happened>) => [
    ...new Set(broken(happened(change)).map((fault) => fault.split(':')[0])),
  ];
  const edited = <T>(path: string, edit: (value: T) => T): Partial<Happened> => {
    const key = [...good.evidence.keys()].find((each) => each.endsWith(path)) ?? path;
    const bytes = good.evidence.get(key) ?? new Uint8Array();
    const value = edit(JSON.parse(new TextDecoder().decode(bytes)) as T);
    return { evidence: new Map([...good.evidence, [key, new TextEncoder().encode(JSON.stringify(value))]]) };
  };
  const editedRows = (path: string, edit: (rows: DeltaRow[]) => DeltaRow[]): Partial<Happened> => {
    const key = [...good.evidence.keys()].find((each) => each.endsWith(path)) ?? path;
    const rows = gunzipSync(good.evidence.get(key) ?? new Uint8Array())
      .toString()
      .trim()
      .split('\n');
    const lines = edit(rows.map((row) => JSON.parse(row) as DeltaRow)).map((row) => JSON.stringify(row));
    return { evidence: new Map([...good.evidence, [key, gzipSync(lines.join('\n'))]]) };
  };
  const installOf = (entry: string) => {
    const host = good.truth.find((each) => each.entry === entry);
    const run = host?.runs.find((each) => each.operation === 'Install');
    assert.ok(host && run);
    return { host, run };
  };

  test('nothing is broken in the rehearsal itself', () => assert.deepEqual(broken(happened()), []));

  test('always 1: a fleet host patched before the verdict', () =>
    assert.deepEqual(
      numbers(
        edited<RingRecord>('rings/canary.json', (ring) => ({
          ...ring,
          verdict: ring.verdict && { ...ring.verdict, at: '2024-09-02T00:00:00.000Z' },
        })),
      ),
      ['1'],
    ));

  test('always 2: a canary that passed without its sample', () =>
    assert.deepEqual(
      numbers(
        edited<RingRecord>('rings/canary.json', (ring) => ({
          ...ring,
          hosts: ring.hosts.map((host) => ({ ...host, lookedAt: host.finishedAt })),
        })),
      ),
      ['2'],
    ));

  test('always 3: two campaigns open at once', () => {
    const other = new Map(good.evidence);
    for (const [key, bytes] of good.evidence) {
      if (!/(opened|campaign)\.json$/.test(key)) continue;
      const copy = key.replace(/web-\w+/, 'web-other');
      const text = new TextDecoder().decode(bytes).replaceAll(good.run.campaign.id, 'web-other');
      other.set(copy, new TextEncoder().encode(text));
    }
    assert.ok(numbers({ evidence: other }).includes('3'));
  });

  test('always 4: a host sent twice', () => {
    const { host, run } = installOf('web');
    const truth = good.truth.map((each) => (each === host ? { ...host, runs: [...host.runs, run] } : each));
    assert.ok(numbers({ truth }).includes('4'));
  });

  test('always 5: a send outside the window, and one without its approval', () => {
    const window = group.window && { ...group.window, from: '12:00', to: '13:00' };
    assert.deepEqual(numbers({ group: { ...group, window } }), ['5']);
    assert.deepEqual(numbers(edited<CampaignRecord>('campaign.json', (record) => ({ ...record, approvals: [] }))), [
      '5',
    ]);
    assert.deepEqual(
      numbers(
        edited<CampaignRecord>('campaign.json', (record) => ({
          ...record,
          approvals: record.approvals.map((a) => ({ ...a, scopeHash: 'x' })),
        })),
      ),
      ['5'],
    );
    const byCredentials = { ...group, approvals: { ...group.approvals, decide: 'iam' as const } };
    assert.deepEqual(numbers({ group: byCredentials }), ['5'], 'a yes by link, where credentials are asked for');
  });

  test('always 6: a finding in no bucket, and one in two', () => {
    assert.deepEqual(numbers(editedRows('delta/fleet.jsonl.gz', (rows) => rows.slice(1))), ['6']);
    assert.deepEqual(numbers(editedRows('delta/fleet.jsonl.gz', (rows) => [...rows, ...rows.slice(0, 1)])), ['6']);
  });

  test('always 7: a finding called fixed that is not', () => {
    const lie = (row: DeltaRow): DeltaRow =>
      row.bucket === 'remaining' ? { ...row, bucket: 'fixed', reason: null } : row;
    assert.ok(numbers(editedRows('delta/canary.jsonl.gz', (rows) => rows.map(lie))).includes('7'));
    const { host } = installOf('web-canary');
    const fixed = gunzipSync(
      good.evidence.get([...good.evidence.keys()].find((key) => key.endsWith('delta/canary.jsonl.gz')) ?? '') ?? '',
    ).toString();
    const cve = fixed
      .split('\n')
      .map((line) => line && (JSON.parse(line) as DeltaRow))
      .find((row) => row && row.bucket === 'fixed' && row.instance === host.id);
    assert.ok(cve);
    const truth = good.truth.map((each) =>
      each === host ? { ...host, vulnerable: [...host.vulnerable, cve.vulnerabilityId] } : each,
    );
    assert.deepEqual(numbers({ truth }), ['7'], 'Inspector may say what it likes');
  });

  test('always 8: more at work than may be, and a stranger', () => {
    assert.deepEqual(numbers(edited<RingPlan>('plan/fleet.json', (plan) => ({ ...plan, atOnce: 1 }))), ['8']);
    const { host } = installOf('web');
    assert.ok(
      numbers(
        edited<RingPlan>('plan/fleet.json', (plan) => ({
          ...plan,
          hosts: plan.hosts.filter(({ id }) => id !== host.id),
        })),
      ).includes('8'),
    );
    const gone = edited<RingRecord>('rings/fleet.json', (ring) => ({
      ...ring,
      hosts: ring.hosts.map((each) => (each.status === 'lost' ? { ...each, status: 'gone' as const } : each)),
    }));
    assert.deepEqual(numbers(gone), ['8'], 'a lost host that is called gone, and is there');
  });

  test('always 9: a campaign that never closed, and one of which nobody was told', () => {
    const evidence = new Map([...good.evidence].filter(([key]) => !key.endsWith('/campaign.json')));
    assert.deepEqual(numbers({ evidence }), ['9']);
    assert.deepEqual(numbers({ inbox: [] }), ['9']);
  });
});

test('always 10: the same scenario and seed twice: equal events, delta, notices and evidence', async () => {
  const [one, two] = [
    await rehearse({ scenario: 'canary-fails', out: null }),
    await rehearse({ scenario: 'canary-fails', out: null }),
  ];
  const { realSeconds: _, ...first } = one.run;
  const { realSeconds: __, ...second } = two.run;
  assert.deepEqual(second, first);
  assert.deepEqual(two.rehearsal.timeline, one.rehearsal.timeline);
  assert.deepEqual(two.rehearsal.inbox, one.rehearsal.inbox);
  assert.deepEqual(
    [...two.evidence].map(([key, bytes]) => [key, Buffer.from(bytes).toString('base64')]),
    [...one.evidence].map(([key, bytes]) => [key, Buffer.from(bytes).toString('base64')]),
  );
  const other = await rehearse({ scenario: 'canary-fails', seed: 99, out: null });
  assert.notDeepEqual(other.rehearsal.timeline, one.rehearsal.timeline, 'the seed matters');
});
