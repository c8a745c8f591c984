import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { exitOf } from '../../cli/exit.ts';
import { RehearsedSchema } from '../../cli/rehearse/document.ts';
import { type RehearseOptions, rehearse } from '../../cli/rehearse/rehearse.ts';
import { makeFinding } from '../cli/rehearse/export-maker.ts';

/** Whole rehearsals of what users have: the right headline, and a world as a vendor's repository would have it. */
const field = (name: string) => join(import.meta.dirname, '../field', name);
const directory = mkdtempSync(join(tmpdir(), 'patchwright-field-'));
after(() => rmSync(directory, { recursive: true }));
const policy = join(import.meta.dirname, '../../policy.yml');
const of = (findings: string, more: RehearseOptions = {}) =>
  rehearse({ findings, policy, out: null, approve: 'yes', ...more });

function file(content: unknown): string {
  const path = join(directory, `${Math.random()}.json`);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

test('field 06: a fix in another kernel line is not offered', async () => {
  const { run, evidence } = await of(field('06-al2-other-kernel-line.json'));
  assert.equal(run.campaign.outcome, 'Nothing');
  assert.match(run.notices[0]?.subject ?? '', /^web: nothing patched, 1 remains \(1 high\): 1 not-offered$/);
  const [plan] = [...evidence].flatMap(([key, bytes]) =>
    key.endsWith('/plan.json') ? [new TextDecoder().decode(bytes)] : [],
  );
  assert.deepEqual(JSON.parse(plan ?? '').byFate, { 'not-offered': 1 });
});

test('field 05: a campaign that would fix nothing plans no host, though hosts lack patches, and lists them', async () => {
  const { run, shown } = await of(field('05-mixed-gobinary-and-os.json'));
  assert.deepEqual([run.campaign.outcome, run.campaign.plannedInstances], ['Nothing', 0]);
  assert.ok(shown.plan?.left.some(({ why }) => why === 'nothing-to-fix'));
});

test('field 07: a fix that came out days ago waits for the baseline, and nobody is told that it is approved or until when', async () => {
  const { run, evidence } = await of(field('07-fix-younger-than-baseline-delay.json'));
  assert.equal(run.campaign.outcome, 'Nothing');
  assert.match(run.notices[0]?.subject ?? '', /^web: nothing patched, 1 remains \(1 high\): 1 not-offered$/);
  const [gzipped] = [...evidence].flatMap(([key, bytes]) =>
    key.endsWith('/plan/canary.findings.jsonl.gz') ? [bytes] : [],
  );
  const { fate, words } = JSON.parse(gunzipSync(gzipped ?? '').toString());
  assert.equal(fate, 'not-offered');
  assert.match(words, /7 days after release, and AWS does not tell when .*may still run/);
  assert.doesNotMatch(words, /approved|\d{4}-\d\d-\d\d/);
});

test('field 09: nodes of EKS: three are fixed, three wait for the baseline, two are no packages of the system', async () => {
  const { run } = await of(field('09-eks-nodes-al2-mixed.json'));
  assert.equal(run.delta?.fixed.total, 3);
  assert.deepEqual(run.delta?.remainingByReason, { 'not-approved': 3, 'not-os-package': 2 });
  const skipped = run.asides.filter((aside) => aside.includes('skipped'));
  assert.equal(skipped.length, 2);
  assert.match(run.asides.join(), /2 hosts of scaling groups or clusters are patched in place here/);
});

test('field 13: RHEL is patched, Amazon Linux 1 is told as what the loop does not patch', async () => {
  const { run, shown } = await of(field('13-rhel-and-amazon-linux-1.json'));
  assert.equal(run.campaign.outcome, 'Completed');
  assert.equal(run.delta?.fixed.total, 1);
  assert.deepEqual(
    shown.plan?.left.map(({ id, why }) => [id, why]),
    [['i-0aaaaaaaaaaaaaa02', 'not-patchable']],
  );
});

test('field 16: a group whose hosts have no ring tag is Stuck: exit 3, and the mail says which tag to set', async () => {
  const { run, rehearsal } = await of(field('16-in-group-without-ring-tag.json'));
  assert.deepEqual([run.campaign.outcome, exitOf(run.campaign.outcome)], ['Stuck', 3]);
  const [mail] = rehearsal.inbox;
  assert.equal(mail?.attributes.kind, 'stuck');
  assert.equal(mail?.subject, 'web: 2 of 2 hosts in no ring; nothing patched');
  assert.match(
    mail?.body.replace(/\s+/g, ' ') ?? '',
    /2 have no tag Ring\. Set the tag Ring=canary on at least 2 of each OS, Ring=fleet \(fleet\): aws ec2 create-tags --resources i-0aaaaaaaaaaaaaa01 i-0aaaaaaaaaaaaaa02 --tags Key=Ring,Value=canary/,
  );
});

test('a misspelt ring tag is Stuck, and the mail names the tag as it is', async () => {
  const findings = Array.from({ length: 6 }, (_, host) =>
    makeFinding({ host, place: 1, tags: { PatchGroup: 'web', Ring: 'canery' } }),
  );
  const { run, rehearsal } = await of(file({ findings }));
  assert.deepEqual([run.campaign.outcome, exitOf(run.campaign.outcome)], ['Stuck', 3]);
  assert.equal(rehearsal.inbox[0]?.subject, 'web: 6 of 6 hosts in no ring; nothing patched');
  assert.match(rehearsal.inbox[0]?.body ?? '', /6 have Ring=canery/);
});

test('an untagged mixed export: one group for each OS, as many canaries as the gate asks for, the findings of each fixed', async () => {
  const { findings: made } = JSON.parse(readFileSync(field('11-space-separated-times.json'), 'utf8')) as {
    findings: { resources: { id: string; tags: object }[]; findingArn: string }[];
  };
  const [first] = made;
  assert.ok(first);
  const amazon = Array.from({ length: 3 }, (_, host) => ({
    ...first,
    findingArn: `arn:aws:inspector2:us-east-2:123456789012:finding/${String(host).padStart(32, '0')}`,
    resources: [{ ...first.resources[0], id: `i-0bbbbbbbbbbbbbb0${host}`, tags: {} }],
  }));
  const debian = Array.from({ length: 5 }, (_, host) => {
    const [resource] = makeFinding().resources as object[];
    const id = `i-0000000000000000${host}`;
    return makeFinding({ host, place: 1, resources: [{ ...resource, id, region: 'us-east-2' }] });
  });
  const out = join(directory, 'out');
  const { run, all } = await of(file({ findings: [...amazon, ...debian] }), { out });
  assert.deepEqual(
    all.map(({ run: { campaign, rings, delta } }) => [
      campaign.group,
      campaign.outcome,
      rings.map(({ planned }) => planned),
      delta?.fixed.total,
    ]),
    [
      ['web-amazon-linux-2', 'Completed', [2, 1], 3],
      ['web-debian', 'Completed', [2, 3], 5],
    ],
  );
  assert.deepEqual(
    run.campaigns?.map(({ campaign }) => campaign.group),
    ['web-amazon-linux-2', 'web-debian'],
  );
  assert.deepEqual({ ...run, campaigns: undefined }, { ...all[0]?.run, campaigns: undefined });
  const written = RehearsedSchema.parse(JSON.parse(readFileSync(join(out, 'rehearsed.json'), 'utf8')));
  assert.deepEqual(written, JSON.parse(JSON.stringify(run)));
  for (const { evidence } of written.campaigns ?? []) assert.ok(readFileSync(join(evidence, 'plan.json')).length > 0);
});

test('a kernel of Ubuntu named by its image is fixed by the metapackage that brings the next one, once it runs', async () => {
  const findings = [0, 1, 2].map((host) => {
    const vulnerablePackages = [
      {
        name: 'linux-image-5.15.0-1026-aws',
        version: '5.15.0',
        release: '1026.30~20.04.2',
        epoch: 0,
        packageManager: 'OS',
        arch: 'X86_64',
        fixedInVersion: '0:5.15.0-1084.91~20.04.1',
      },
    ];
    const [resource] = makeFinding({ host }).resources as object[];
    return makeFinding({
      host,
      place: 1,
      packageVulnerabilityDetails: { vulnerabilityId: 'CVE-2022-3303', vulnerablePackages },
      resources: [{ ...resource, details: { awsEc2Instance: { platform: 'UBUNTU_20_04' } } }],
    });
  });
  const { run } = await of(file({ findings }));
  assert.deepEqual([run.campaign.outcome, run.delta?.fixed.total], ['Completed', 3]);
});
