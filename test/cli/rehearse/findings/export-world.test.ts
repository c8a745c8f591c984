import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { GroupPolicy } from '#domain/patch/policy.ts';
import { importScenarios, readFleet } from '../../../../cli/rehearse/findings/scenario.ts';
import { policyFor } from '../../../../cli/rehearse/policy-for.ts';
import { HOUR, openOn, type TestWorld } from '../../../rehearsal/fleet/stage.ts';
import { hostId, type MadeFinding, makeFinding, makeFindings } from '../export-maker.ts';

const directory = mkdtempSync(join(tmpdir(), 'patchwright-world-'));
after(() => rmSync(directory, { recursive: true }));
const policyFile = join(import.meta.dirname, '../../../../policy.yml');

function worldOf(...findings: MadeFinding[]): TestWorld {
  const file = join(directory, 'findings.json');
  writeFileSync(file, JSON.stringify({ findings }));
  const web = policyFor(policyFile, 'web', {}, '').groups.web as GroupPolicy;
  const [imported] = importScenarios(readFleet([file]), web);
  assert.ok(imported);
  return openOn(imported.scenario);
}

interface Listed {
  findingArn: string;
  title: string;
  severity: string;
  inspectorScore?: number;
  status: string;
  firstObservedAt: Date;
  fixAvailable: string;
}

function listed(world: TestWorld): Listed[] {
  const rows: Listed[] = [];
  let nextToken: string | undefined;
  do {
    const page = world.call('ListFindings', {
      filterCriteria: {},
      maxResults: 100,
      ...(nextToken ? { nextToken } : {}),
    });
    rows.push(...page.findings);
    if (nextToken) assert.notEqual(page.nextToken, nextToken, 'the list goes on');
    nextToken = page.nextToken;
  } while (nextToken);
  return rows;
}

describe('the world of an export', () => {
  it('shows every finding with its ARN, title, severity, score and first sight', () => {
    const made = makeFindings(3, 90);
    const seen = new Map(listed(worldOf(...made)).map((finding) => [finding.findingArn, finding]));
    assert.equal(seen.size, made.length);
    for (const finding of made) {
      const row = seen.get(String(finding.findingArn));
      assert.deepEqual(
        [row?.title, row?.severity, row?.inspectorScore, row?.status, row?.fixAvailable],
        [finding.title, finding.severity, finding.inspectorScore, 'ACTIVE', finding.fixAvailable],
      );
      assert.equal(row?.firstObservedAt.toISOString(), '2024-08-20T01:10:11.123Z');
    }
  });

  it('keeps two findings of one vulnerability on one host apart', () => {
    const twin = makeFinding({ findingArn: `arn:aws:inspector2:eu-central-1:123456789012:finding/${'f'.repeat(32)}` });
    assert.equal(listed(worldOf(makeFinding(), twin)).length, 2);
  });

  it('closes what an install fixes, and nothing else', () => {
    const python = makeFinding({
      place: 1,
      findingArn: `arn:aws:inspector2:eu-central-1:123456789012:finding/${'e'.repeat(32)}`,
      packageVulnerabilityDetails: {
        vulnerabilityId: 'CVE-2024-1',
        // the name of a package of the system, which an install does bring to that version
        vulnerablePackages: [{ name: 'made-1', version: '1.0-1', packageManager: 'PIP', fixedInVersion: '1.0-2' }],
      },
    });
    const suppressed = makeFinding({ place: 9, status: 'SUPPRESSED' });
    const world = worldOf(...makeFindings(1, 9), python, suppressed);
    world.call('SendCommand', {
      DocumentName: 'AWS-RunPatchBaseline',
      InstanceIds: [hostId(0)],
      Parameters: { Operation: ['Install'], RebootOption: ['RebootIfNeeded'] },
    });
    world.pass(6 * HOUR);
    const statuses = Map.groupBy(listed(world), ({ status }) => status);
    assert.equal(statuses.get('CLOSED')?.length, 8);
    assert.deepEqual(
      statuses.get('ACTIVE')?.map(({ title }) => title),
      ['CVE-2024-10000 - made-0', 'CVE-2024-10001 - made-1'],
    );
    assert.equal(statuses.get('SUPPRESSED')?.length, 1);
  });
});

it('the world of an export closes a Windows finding by the KB that it is named after', () => {
  const windows = (place: number, kb: string): MadeFinding => {
    const finding = makeFinding({
      place,
      packageVulnerabilityDetails: {
        vulnerabilityId: kb,
        vulnerablePackages: [
          {
            name: `Windows ${place}`,
            version: '10.0.20348.2461',
            packageManager: 'OS',
            fixedInVersion: '10.0.20348.2582',
          },
        ],
      },
    });
    const [resource] = finding.resources as { details: { awsEc2Instance: { platform: string } } }[];
    assert.ok(resource);
    resource.details.awsEc2Instance.platform = 'WINDOWS_SERVER_2022';
    return finding;
  };
  const world = worldOf(windows(0, 'KB5040437'), windows(1, 'KB5039227'));
  const parameters = { RebootOption: ['RebootIfNeeded'] };
  const order = { DocumentName: 'AWS-RunPatchBaseline', InstanceIds: [hostId(0)] };
  world.call('SendCommand', { ...order, Parameters: { ...parameters, Operation: ['Scan'] } });
  world.pass(HOUR);
  const { Patches } = world.call('DescribeInstancePatches', {
    InstanceId: hostId(0),
    Filters: [{ Key: 'State', Values: ['Missing'] }],
  });
  assert.deepEqual(Patches.map((patch: { KBId: string }) => patch.KBId).sort(), ['KB5039227', 'KB5040437']);
  world.call('SendCommand', { ...order, Parameters: { ...parameters, Operation: ['Install'] } });
  world.pass(24 * HOUR);
  assert.deepEqual(new Set(listed(world).map(({ status }) => status)), new Set(['CLOSED']));
});

describe('a kernel of an export', () => {
  const kernel = (name: string, version: string, fix: string, platform: string, release?: string) => {
    const vulnerablePackages = [
      {
        name,
        version,
        epoch: 0,
        packageManager: 'OS',
        arch: 'X86_64',
        fixedInVersion: `0:${fix}`,
        ...(release ? { release } : {}),
      },
    ];
    return makeFinding({
      place: 1,
      packageVulnerabilityDetails: {
        vulnerabilityId: 'CVE-2022-3303',
        vendorSeverity: 'Important',
        vulnerablePackages,
      },
      resources: [
        { type: 'AWS_EC2_INSTANCE', id: hostId(0), region: 'eu-central-1', details: { awsEc2Instance: { platform } } },
      ],
    });
  };

  const rows: [what: string, finding: MadeFinding, row: [string, string] | null][] = [
    [
      'an image of Ubuntu: its metapackage brings the next one',
      kernel('linux-image-5.15.0-1026-aws', '5.15.0', '5.15.0-1084.91~20.04.1', 'UBUNTU_20_04', '1026.30~20.04.2'),
      ['linux-image-aws', '5.15.0.1084.91~20.04.1'],
    ],
    [
      'a metapackage of Ubuntu',
      kernel('linux-image-aws', '5.15.0.1026.30~20.04.16', '5.15.0.1027.31~20.04.16', 'UBUNTU_20_04'),
      ['linux-image-aws', '5.15.0.1027.31~20.04.16'],
    ],
    [
      'an image of Debian',
      kernel('linux-image-6.1.0-18-amd64', '6.1.76', '6.1.106-3', 'DEBIAN_12', '1'),
      ['linux-image-amd64', '6.1.106-3'],
    ],
    [
      'a kernel of Amazon Linux',
      kernel('kernel', '5.10.236', '5.10.237-230.949.amzn2', 'AMAZON_LINUX_2', '228.935.amzn2'),
      ['kernel', '0:5.10.237-230.949.amzn2'],
    ],
    [
      'another line of Amazon Linux',
      kernel('kernel', '4.14.355', '5.15.189-131.202.amzn2', 'AMAZON_LINUX_2', '280.652.amzn2'),
      null,
    ],
    [
      'another line of Ubuntu',
      kernel('linux-image-5.15.0-1026-aws', '5.15.0', '6.8.0-1010.10', 'UBUNTU_22_04', '1026.30'),
      null,
    ],
  ];
  for (const [what, finding, row] of rows) {
    it(`${what} is ${row ? 'offered, and closes once it runs' : 'not offered'}`, () => {
      const world = worldOf(finding);
      const run = (operation: string) => {
        world.call('SendCommand', {
          DocumentName: 'AWS-RunPatchBaseline',
          InstanceIds: [hostId(0)],
          Parameters: { Operation: [operation] },
        });
        world.pass(2 * HOUR);
      };
      run('Scan');
      const patches: { KBId: string; Title: string; State: string }[] = world.call('DescribeInstancePatches', {
        InstanceId: hostId(0),
        Filters: [{ Key: 'State', Values: ['Missing'] }],
      }).Patches;
      assert.deepEqual(
        patches.map(({ KBId }) => KBId.replace(/\.[^.]*$/, '')),
        row ? [row[0]] : [],
      );
      if (row) assert.ok(patches[0]?.Title.includes(row[1].replace(/^0:/, '')), patches[0]?.Title);
      run('Install');
      world.pass(24 * HOUR);
      const [seen] = listed(world);
      assert.equal(seen?.status, row ? 'CLOSED' : 'ACTIVE');
    });
  }
});
