import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { foldFindings, readFindingEvent } from '#domain/patch/finding-event.ts';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import type { Policy } from '#domain/policy.ts';
import { compilePattern } from '#rehearsal/services/events/patterns.ts';
import memberEvent from '../../field/03-member-account-event.json' with { type: 'json' };

const sample = JSON.parse(readFileSync(new URL('../../../events/finding.sample.json', import.meta.url), 'utf8'));
const event = (detail: object, beside: object = {}) =>
  JSON.stringify({ ...sample, ...beside, detail: { ...sample.detail, ...detail } });
const tagged = (tags: object, type = 'AWS_EC2_INSTANCE') => ({ resources: [{ type, id: 'i-1', tags }] });
const group = (name: string, triggers: Partial<GroupPolicy['triggers']>) =>
  ({
    name,
    triggers: { severities: [], exploitAvailable: false, minHours: 24, ...triggers },
  }) as unknown as GroupPolicy;
const policy = {
  version: 1,
  hash: '',
  groups: {
    web: group('web', { severities: ['CRITICAL'] }),
    db: group('db', { severities: ['CRITICAL', 'HIGH'], exploitAvailable: true }),
    batch: group('batch', {}),
  },
} as Policy;
const here = { account: '123456789012', now: '2024-09-05T00:00:00.000Z' };
const messages = (...bodies: string[]) => bodies.map((body, at) => ({ messageId: `m${at}`, body }));

describe('a finding event', () => {
  test('the shipped sample', () => {
    assert.deepEqual(readFindingEvent(JSON.stringify(sample)), {
      id: sample.id,
      account: '123456789012',
      rule: `Inspector2 Finding ${sample.detail.findingArn}`,
      groups: ['web'],
      severity: 'CRITICAL',
      exploit: false,
      active: true,
      firstObservedAt: '2024-09-04T16:59:44.356Z',
    });
  });

  test('what is none says why', () => {
    const rows: [string, RegExp][] = [
      ['{', /no JSON object/],
      ['[]', /no JSON object/],
      [JSON.stringify({ source: 'aws.ec2' }), /source "aws.ec2"/],
      [event({}, { id: '' }), /no id/],
      [JSON.stringify({ ...sample, detail: null }), /no detail/],
      [event({ awsAccountId: undefined }), /no awsAccountId/],
      [event({ severity: 5 }), /no severity/],
      [event({ resources: {} }), /no list of resources/],
      [event({ firstObservedAt: 'soon' }), /firstObservedAt.*"soon"/],
    ];
    for (const [body, reason] of rows) {
      const read = readFindingEvent(body);
      assert.equal(typeof read, 'string', body);
      assert.match(String(read), reason);
    }
  });

  test('no text whatever throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (body) => void readFindingEvent(body)));
  });

  test('the group is the value of either spelling of the tag, of instances alone', () => {
    const rows: [object, string[]][] = [
      [tagged({ 'Patch Group': 'db' }), ['db']],
      [tagged({ PatchGroup: 'web', 'Patch Group': 'web' }), ['web']],
      [tagged({ PatchGroup: 'web' }, 'AWS_ECR_CONTAINER_IMAGE'), []],
      [tagged({ patchgroup: 'web' }), []],
      [{ resources: [{ type: 'AWS_EC2_INSTANCE' }, null, 'x'] }, []],
    ];
    for (const [detail, groups] of rows) {
      const read = readFindingEvent(event(detail));
      assert.deepEqual(typeof read === 'string' ? read : read.groups, groups);
    }
  });
});

describe('a batch folds', () => {
  test('to one ask a group, triggered by the newest, on behalf of all', () => {
    const at = (time: string, id: string) =>
      event({ ...tagged({ PatchGroup: 'web' }), firstObservedAt: `Wed Sep 04 ${time}.000 UTC 2024` }, { id });
    const { asks, poison } = foldFindings(
      messages(at('10:00:00', 'a'), at('12:00:00', 'b'), at('11:00:00', 'c')),
      policy,
      here,
    );
    assert.deepEqual(poison, []);
    assert.equal(asks.length, 1);
    assert.deepEqual(asks[0]?.ids, ['m0', 'm1', 'm2']);
    assert.deepEqual([asks[0]?.trigger.id, asks[0]?.trigger.at], ['b', '2024-09-04T12:00:00.000Z']);
  });

  test('by what the policy of each group asks for', () => {
    const rows: [string, object, boolean][] = [
      ['web', { severity: 'CRITICAL' }, true],
      ['web', { severity: 'HIGH' }, false],
      ['web', { severity: 'CRITICAL', status: 'CLOSED' }, false],
      ['db', { severity: 'HIGH' }, false],
      ['db', { severity: 'HIGH', exploitAvailable: 'YES' }, true],
      ['batch', { severity: 'CRITICAL' }, false],
      ['toString', { severity: 'CRITICAL' }, false],
    ];
    for (const [PatchGroup, detail, asks] of rows) {
      const folded = foldFindings(messages(event({ ...tagged({ PatchGroup }), ...detail })), policy, here);
      assert.equal(folded.asks.length, asks ? 1 : 0, `${PatchGroup} ${JSON.stringify(detail)}`);
      assert.deepEqual(folded.poison, []);
    }
  });

  test('trap 41: those of a member account start nothing and are no poison: SSM does not reach its hosts from here', () => {
    const ofMember = event({ ...tagged({ PatchGroup: 'web' }), awsAccountId: '999988887777' });
    assert.deepEqual(foldFindings(messages(ofMember), policy, here), { asks: [], poison: [] });
    const { asks } = foldFindings(messages(ofMember, JSON.stringify(sample)), policy, here);
    assert.deepEqual(asks[0]?.ids, ['m1']);
  });

  test("case 03: a member account's event, of a group that is ours too", () => {
    const body = JSON.stringify(memberEvent);
    assert.deepEqual(foldFindings(messages(body), policy, here), { asks: [], poison: [] });
    const own = { ...memberEvent, detail: { ...memberEvent.detail, awsAccountId: here.account } };
    assert.equal(foldFindings(messages(JSON.stringify(own)), policy, here).asks.length, 1);
  });

  test('a time later than now counts as now', () => {
    const ahead = event({ ...tagged({ PatchGroup: 'web' }), firstObservedAt: 'Wed Sep 04 16:59:44.356 UTC 2031' });
    const { asks } = foldFindings(messages(ahead), policy, here);
    assert.equal(asks[0]?.trigger.at, here.now);
  });

  test('and keeps poison apart', () => {
    const { asks, poison } = foldFindings(messages('{', JSON.stringify(sample)), policy, here);
    assert.deepEqual(poison, [{ id: 'm0', body: '{', reason: 'the message is no JSON object' }]);
    assert.equal(asks.length, 1);
  });
});

test('field 21: events as Inspector sends them: closed ones, the network and what has no fix match nothing, untagged hosts start nothing', () => {
  const events = JSON.parse(readFileSync(new URL('../../field/21-events.json', import.meta.url), 'utf8')) as {
    detail: { type: string; status: string; fixAvailable?: string; resources: { tags?: object }[] };
  }[];
  const matches = compilePattern(
    JSON.parse(readFileSync(new URL('../../../events/finding.pattern.json', import.meta.url), 'utf8')),
  );
  const any = group('web', { severities: ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'UNTRIAGED'] });
  const rows = events.map((each) => {
    const { poison, asks } = foldFindings(messages(JSON.stringify(each)), { ...policy, groups: { web: any } }, here);
    return [matches(each), poison.length, asks.map((ask) => ask.group)];
  });
  assert.deepEqual(rows, [
    [true, 0, []], // no tags
    [false, 0, ['web']], // the network
    [true, 0, ['web']], // Patch Group
    [false, 0, ['web']], // no fixAvailable
    [true, 0, ['web']],
    [true, 0, ['web']], // a time as a number
    [false, 0, []], // closed
    [true, 0, ['web']], // untriaged, without a score
  ]);
});
