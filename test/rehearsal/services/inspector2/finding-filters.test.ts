/** Facts: FilterCriteria, SortCriteria, CoverageFilterCriteria, ListFilters and their types in the Inspector API Reference. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsFault } from '#rehearsal/api.ts';
import { instanceOf } from '#rehearsal/fleet/instance.ts';
import { modelOf } from '#rehearsal/models/model.ts';
import { AMAZON, DEBIAN } from '../../fleet/small-data.ts';
import { DAY, testWorld } from '../../fleet/stage.ts';

const world = testWorld(
  `start: 2024-08-31T20:00:00Z
debianNames: binary
fleet:
  - { name: deb, platform: DEBIAN_12, tags: { PatchGroup: web, owner: '' }, zones: [eu-central-1a] }
  - { name: amz, platform: AMAZON_LINUX_2023, tags: { PatchGroup: db }, zones: [eu-central-1b] }
faults: [{ do: suppress, vulnerabilityId: CVE-0000-3, after: 1m }]
`,
  [DEBIAN, AMAZON],
);
world.pass(DAY / 24);

const ask = (operation: string, input: Record<string, unknown>) => world.call(operation, input);
const equals = (value: string) => [{ comparison: 'EQUALS', value }];
const not = (...values: string[]) => values.map((value) => ({ comparison: 'NOT_EQUALS', value }));
const prefix = (value: string) => [{ comparison: 'PREFIX', value }];
const fault = (code: string) => (error: unknown) => error instanceof AwsFault && error.code === code;

interface Finding {
  findingArn: string;
  severity: string;
  packageVulnerabilityDetails: { vulnerabilityId: string };
}
const all: Finding[] = ask('ListFindings', {}).findings;
const numbers = (input: Record<string, unknown>) =>
  ask('ListFindings', input).findings.map((finding: Finding) =>
    Number(finding.packageVulnerabilityDetails.vulnerabilityId.split('-')[2]),
  );
const matching = (filterCriteria: Record<string, unknown>) =>
  numbers({ filterCriteria }).sort((a: number, b: number) => a - b);

const EVERY = [1, 3, 4, 5, 11, 12, 13];
const DEB = [1, 3, 4, 5];
const AMZ = [11, 12, 13];
const deb = instanceOf(world.host('deb'), { account: '123456789012', region: 'eu-central-1' });

for (const [key, filters, wanted] of [
  ['findingArn', equals(all[0]?.findingArn ?? ''), [1]],
  ['findingArn', prefix('arn:aws:inspector2:eu-central-1:'), EVERY],
  ['awsAccountId', equals('123456789012'), EVERY],
  ['awsAccountId', not('123456789012'), []],
  ['findingType', equals('NETWORK_REACHABILITY'), []],
  ['findingStatus', equals('SUPPRESSED'), [3]],
  ['severity', [...equals('LOW'), ...equals('MEDIUM')], [3, 5, 13]],
  ['severity', not('LOW', 'MEDIUM'), [1, 4, 11, 12]],
  ['severity', [...prefix('H'), ...not('HIGH')], []],
  ['severity', equals('high'), []],
  ['title', prefix('CVE-0000-3 - c'), [3]],
  ['inspectorScore', [{ lowerInclusive: 7, upperInclusive: 7 }], EVERY],
  ['inspectorScore', [{ upperInclusive: 6.9 }, { lowerInclusive: 7.1 }], []],
  ['epssScore', [{ lowerInclusive: 0 }], []],
  ['firstObservedAt', [{ endInclusive: Date.parse('2024-08-15T00:00:00Z') / 1000 }], [1, 4, 5, 13]],
  ['firstObservedAt', [{}], EVERY],
  ['updatedAt', [{ startInclusive: Date.parse('2024-08-31T20:00:00Z') / 1000 }], [3]],
  ['lastObservedAt', [{ startInclusive: Date.parse('2024-09-02T20:00:00Z') / 1000 }], []],
  ['resourceType', equals('AWS_EC2_INSTANCE'), EVERY],
  ['resourceId', equals(world.host('amz').id), AMZ],
  ['resourceId', not(world.host('amz').id), DEB],
  ['resourceId', prefix('i-'), EVERY],
  ['resourceTags', [{ comparison: 'EQUALS', key: 'owner' }], DEB],
  ['resourceTags', [{ comparison: 'EQUALS', key: 'PatchGroup', value: 'db' }], AMZ],
  ['ec2InstanceImageId', equals(deb.imageId), DEB],
  ['ec2InstanceVpcId', equals(deb.vpcId), EVERY],
  ['ec2InstanceSubnetId', equals(deb.subnetId), DEB],
  ['cloudProvider', equals('AWS'), EVERY],
  ['cloudProvider', equals('AZURE'), []],
  ['cloudProviderRegion', equals('eu-central-1'), EVERY],
  ['cloudVmSubnetIds', equals(deb.subnetId), DEB],
  ['vulnerabilityId', [...equals('CVE-0000-1'), ...prefix('CVE-0000-12')], [1, 12]],
  ['vulnerabilitySource', equals('DEBIAN_CVE'), DEB],
  ['vendorSeverity', equals('Important'), [11, 12]],
  ['vendorSeverity', not('Important'), [1, 3, 4, 5, 13]],
  ['relatedVulnerabilities', equals('CVE-0000-1'), []],
  ['fixAvailable', equals('NO'), [5]],
  ['exploitAvailable', equals('NO'), EVERY],
  ['vulnerablePackages', [{ name: equals('curl')[0], version: prefix('7')[0] }], [3]],
  ['vulnerablePackages', [{ name: equals('vim')[0], epoch: { lowerInclusive: 2, upperInclusive: 2 } }], [13]],
  ['vulnerablePackages', [{ architecture: equals('X86_64')[0], release: equals('1')[0] }], AMZ],
  ['vulnerablePackages', [{ name: equals('curl')[0], epoch: { lowerInclusive: 1 } }], []],
  ['vulnerablePackages', [{ sourceLayerHash: equals('sha256:0')[0] }], []],
  ['networkProtocol', equals('TCP'), []],
  ['portRange', [{ beginInclusive: 0, endInclusive: 65535 }], []],
  ['ecrImageHash', equals('sha256:0'), []],
  ['ecrImageHash', not('sha256:0'), EVERY],
  ['lambdaFunctionLastModifiedAt', [{}], []],
] as const)
  test(`findings by ${key} ${JSON.stringify(filters).slice(0, 90)}`, () =>
    assert.deepEqual(matching({ [key]: filters }), wanted));

test('criteria are joined by AND', () =>
  assert.deepEqual(matching({ severity: equals('HIGH'), resourceId: equals(world.host('deb').id) }), [1, 4]));

test('each criterion and each sort field of the model is taken, and no other', () => {
  const { shapes } = modelOf('inspector2') ?? assert.fail();
  const filled: Record<string, unknown> = {
    StringFilterList: equals('x'),
    NumberFilterList: [{ lowerInclusive: 1 }],
    DateFilterList: [{ startInclusive: 1 }],
    MapFilterList: [{ comparison: 'EQUALS', key: 'x' }],
    PortRangeFilterList: [{ beginInclusive: 1 }],
    PackageFilterList: [{ name: equals('x')[0] }],
  };
  const criteria = Object.entries(shapes.FilterCriteria?.members ?? {});
  for (const [key, shape] of criteria) assert.ok(Array.isArray(matching({ [key]: filled[shape] })), key);
  assert.equal(criteria.length, 69);
  for (const field of shapes.SortField?.enum ?? [])
    assert.equal(numbers({ sortCriteria: { field, sortOrder: 'ASC' } }).length, EVERY.length);
  assert.throws(() => matching({ colour: equals('red') }), fault('ValidationException'));
});

for (const [field, ascending] of [
  ['SEVERITY', ['LOW', 'MEDIUM', 'MEDIUM', 'HIGH', 'HIGH', 'HIGH', 'HIGH']],
  ['VULNERABILITY_ID', [1, 11, 12, 13, 3, 4, 5]],
  ['VULNERABILITY_SOURCE', ['AMAZON_CVE', 'DEBIAN_CVE']],
  ['FINDING_STATUS', ['ACTIVE', 'SUPPRESSED']],
] as const)
  test(`findings are sorted by ${field}, both ways`, () => {
    const told = (sortOrder: string) =>
      ask('ListFindings', { sortCriteria: { field, sortOrder } }).findings.map(
        (finding: Finding & Record<string, unknown>) =>
          field === 'SEVERITY'
            ? finding.severity
            : field === 'FINDING_STATUS'
              ? finding.status
              : field === 'VULNERABILITY_ID'
                ? Number(finding.packageVulnerabilityDetails.vulnerabilityId.split('-')[2])
                : (finding.packageVulnerabilityDetails as unknown as { source: string }).source,
      );
    const distinct = (list: unknown[]) => list.filter((value, at) => field === 'SEVERITY' || value !== list[at - 1]);
    assert.deepEqual(distinct(told('ASC')), ascending);
    assert.deepEqual(distinct(told('DESC')), [...ascending].reverse());
  });

test('a field that nothing has leaves the order as it is', () =>
  assert.deepEqual(numbers({ sortCriteria: { field: 'ECR_IMAGE_REGISTRY', sortOrder: 'DESC' } }), numbers({})));

for (const [operation, input] of [
  ['ListFindings', { maxResults: 101 }],
  ['ListFindings', { maxResults: 0 }],
  ['ListFindings', { filterCriteria: { severity: [] } }],
  ['ListFindings', { filterCriteria: { severity: Array(11).fill(equals('LOW')[0]) } }],
  ['ListFindings', { nextToken: 'x' }],
  ['ListCoverage', { maxResults: 201 }],
  ['ListCoverage', { filterCriteria: { scanType: prefix('P') } }],
  ['ListCoverageStatistics', { groupBy: 'SCAN_TYPE' }],
  ['ListCoverageStatistics', { groupBy: 'SCAN_STATUS_CODE' }],
  ['ListCoverageStatistics', { nextToken: 'x' }],
  ['ListFilters', { maxResults: 101 }],
  ['ListFilters', { action: 'HIDE' }],
  ['BatchGetFindingDetails', { findingArns: [] }],
] as const)
  test(`${operation} refuses ${JSON.stringify(input).slice(0, 80)}`, () =>
    assert.throws(() => ask(operation, input), fault('ValidationException')));

test('a token is of its own question', () => {
  const { nextToken } = ask('ListFindings', { maxResults: 2 });
  assert.equal(ask('ListFindings', { maxResults: 2, nextToken }).findings.length, 2);
  assert.throws(() => ask('ListCoverage', { nextToken }), fault('ValidationException'));
  const other = { filterCriteria: { severity: equals('LOW') }, nextToken };
  assert.throws(() => ask('ListFindings', other), fault('ValidationException'));
});

for (const [key, filters, wanted] of [
  ['scanType', equals('PACKAGE'), 2],
  ['scanType', not('PACKAGE'), 2],
  ['scanMode', equals('EC2_SSM_AGENT_BASED'), 4],
  ['scanStatusCode', equals('INACTIVE'), 0],
  ['scanStatusReason', equals('SUCCESSFUL'), 4],
  ['resourceType', equals('AWS_ECR_REPOSITORY'), 0],
  ['accountId', equals('123456789012'), 4],
  ['ec2InstanceTags', [{ comparison: 'EQUALS', key: 'PatchGroup', value: 'web' }], 2],
  ['lastScannedAt', [{ startInclusive: Date.parse('2024-09-02T20:00:00Z') / 1000 }], 0],
  ['cloudProviderRegion', equals('eu-central-1'), 4],
  ['lambdaFunctionName', not('x'), 4],
  ['ecrImageInUseCount', [{ lowerInclusive: 0 }], 0],
  ['machineImageTags', [{ comparison: 'EQUALS', key: 'x' }], 0],
] as const)
  test(`coverage by ${key} ${JSON.stringify(filters)}`, () => {
    const filterCriteria = { [key]: filters };
    assert.equal(ask('ListCoverage', { filterCriteria }).coveredResources.length, wanted);
    assert.equal(ask('ListCoverageStatistics', { filterCriteria }).totalCounts, wanted);
  });

test('a suppression is a rule that ListFilters shows', () => {
  const [filter] = ask('ListFilters', { action: 'SUPPRESS' }).filters;
  assert.deepEqual(filter.criteria, { vulnerabilityId: equals('CVE-0000-3') });
  assert.equal(ask('ListFilters', { arns: [filter.arn] }).filters.length, 1);
  assert.equal(ask('ListFilters', { action: 'NONE' }).filters.length, 0);
});

test('what belongs to nobody is told apart', () => {
  const [arn] = all.map(({ findingArn }) => findingArn);
  const stranger = `${arn}`.replace(/[0-9a-f]{32}$/, '0'.repeat(32));
  const { findingDetails, errors } = ask('BatchGetFindingDetails', { findingArns: [arn, stranger] });
  assert.deepEqual([findingDetails[0].findingArn, errors[0].findingArn], [arn, stranger]);
  const { accounts, failedAccounts } = ask('BatchGetAccountStatus', { accountIds: ['111122223333'] });
  assert.deepEqual([accounts, failedAccounts[0].accountId], [[], '111122223333']);
  assert.equal(ask('BatchGetAccountStatus', {}).accounts.length, 1);
});
