import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspector } from '#aws/inspector.ts';
import { all, type Call, wire } from './wire.ts';

const aws = await wire();

/** Inspector's timestamps on the wire: epoch seconds. */
const seconds = (at: string) => Date.parse(at) / 1000;
const ARN = (n: number | string) => `arn:aws:inspector2:eu-central-1:123456789012:finding/${n}`;

const raw = (n: number | string, instance: string, more: object = {}) => ({
  findingArn: ARN(n),
  awsAccountId: '123456789012',
  type: 'PACKAGE_VULNERABILITY',
  severity: 'HIGH',
  status: 'ACTIVE',
  title: 'CVE-2024-1 - openssl',
  firstObservedAt: seconds('2026-02-01T00:00:00Z'),
  lastObservedAt: seconds('2026-02-02T00:00:00Z'),
  updatedAt: seconds('2026-02-03T00:00:00Z'),
  resources: [{ id: instance, type: 'AWS_EC2_INSTANCE' }],
  packageVulnerabilityDetails: { vulnerabilityId: 'CVE-2024-1', source: 'DEBIAN_CVE', vulnerablePackages: [] },
  ...more,
});

const idsOf = ({ body }: Call): string[] =>
  body.filterCriteria.resourceId.map((entry: { value: string }) => entry.value);
const statusesOf = ({ body }: Call): string[] =>
  body.filterCriteria.findingStatus.map((entry: { value: string }) => entry.value);
const many = (count: number) => Array.from({ length: count }, (_, n) => `i-${n}`);

for (const [status, enabled] of [
  ['ENABLED', true],
  ['DISABLED', false],
  ['ENABLING', false],
  ['SUSPENDED', false],
] as const) {
  test(`trap 30: with scanning ${status} Inspector is ${enabled ? '' : 'not '}enabled, whatever its lists say`, async () => {
    aws.answers({ accounts: [{ accountId: '1', resourceState: { ec2: { status } } }] });
    assert.equal(await inspector.enabled(), enabled);
  });
}

test('trap 30: an account whose status cannot be had is an error, not a no', async () => {
  aws.answers({
    accounts: [],
    failedAccounts: [{ accountId: '1', errorCode: 'ACCESS_DENIED', errorMessage: 'denied' }],
  });
  await assert.rejects(inspector.enabled(), { name: 'AwsRefused', message: /denied/ });
});

test('trap 15: a token of a million characters is followed and stays inside', async () => {
  const token = 't'.repeat(1_000_000);
  aws.answers({ findings: [raw(1, 'i-0')], nextToken: token }, { findings: [raw(2, 'i-0')] });
  const findings = await all(inspector.findings(['i-0'], { closedSince: null }));
  assert.deepEqual(
    findings.map(({ arn }) => arn),
    [ARN(1), ARN(2)],
  );
  assert.equal(aws.calls[1]?.body.nextToken, token);
});

test('findings are asked for by ten ids a filter, package findings only, and come in the order of the ids', async () => {
  const waiting: (() => void)[] = [];
  aws.plays(async (call) => {
    const [first = ''] = idsOf(call);
    // the first group answers last
    if (first === 'i-0') await new Promise<void>((go) => waiting.push(go));
    else if (first === 'i-20') for (const go of waiting) go();
    return { body: { findings: [raw(first, first)] } };
  });
  const findings = await all(inspector.findings(many(25), { closedSince: null }));
  assert.deepEqual(
    findings.map(({ instance }) => instance),
    ['i-0', 'i-10', 'i-20'],
  );
  const asked = aws.calls.toSorted((a, b) => (idsOf(a).length === 5 ? 1 : idsOf(b).length === 5 ? -1 : 0));
  assert.deepEqual(
    asked.map((call) => idsOf(call).length),
    [10, 10, 5],
  );
  for (const call of asked) {
    assert.deepEqual(call.body.filterCriteria.findingType, [{ comparison: 'EQUALS', value: 'PACKAGE_VULNERABILITY' }]);
    assert.deepEqual(statusesOf(call), ['ACTIVE', 'SUPPRESSED']);
    assert.equal(call.body.maxResults, 100);
  }
});

test('eight requests are in flight, not nine', async () => {
  let atOnce = 0;
  let most = 0;
  aws.plays(async () => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    for (let turn = 0; turn < 20; turn++) await new Promise((next) => setImmediate(next));
    atOnce -= 1;
    return { body: { findings: [] } };
  });
  await all(inspector.findings(many(200), { closedSince: null }));
  assert.equal(aws.calls.length, 20);
  assert.equal(most, 8);
});

test('trap 19: closed ones come only if asked for, since an instant, and stand against what was read before', async () => {
  const since = '2026-02-10T00:00:00.000Z';
  aws.plays((call) => {
    const closed = statusesOf(call).includes('CLOSED');
    const status = closed ? 'CLOSED' : 'ACTIVE';
    return { body: { findings: [raw('moving', 'i-0', { status }), raw(status, 'i-0', { status })] } };
  });
  const findings = await all(inspector.findings(['i-0'], { closedSince: since }));
  assert.deepEqual(
    findings.map(({ arn, status }) => [arn, status]),
    [
      [ARN('moving'), 'CLOSED'],
      [ARN('ACTIVE'), 'ACTIVE'],
      [ARN('CLOSED'), 'CLOSED'],
    ],
  );
  assert.deepEqual(aws.calls.map(statusesOf), [['ACTIVE', 'SUPPRESSED'], ['CLOSED']]);
  assert.equal(aws.calls[0]?.body.filterCriteria.updatedAt, undefined);
  assert.deepEqual(aws.calls[1]?.body.filterCriteria.updatedAt, [{ startInclusive: seconds(since) }]);
});

test('trap 20: a finding is one vulnerability with all its packages, versions whole', async () => {
  const vulnerablePackages = [
    {
      name: 'openssl',
      version: '3.0.11',
      release: '1~deb12u1',
      epoch: 0,
      arch: 'AMD64',
      packageManager: 'OS',
      fixedInVersion: '0:3.0.15-1~deb12u1',
    },
    {
      name: 'bind-libs',
      version: '9.11.4',
      release: '26.amzn2',
      epoch: 32,
      arch: 'X86_64',
      packageManager: 'OS',
      fixedInVersion: '32:9.11.5-1',
    },
    { name: 'snapd', version: '2.63', epoch: 0, arch: 'ALL', packageManager: 'OS', fixedInVersion: 'NotAvailable' },
    { name: 'tzdata', version: '1:2024a', epoch: 1, arch: 'NOARCH', packageManager: 'OS' },
    { name: 'requests', version: '2.31.0', packageManager: 'PIP', filePath: '/app' },
  ];
  const packageVulnerabilityDetails = {
    vulnerabilityId: 'CVE-2024-7',
    source: 'DEBIAN_CVE',
    vendorSeverity: 'medium',
    vendorCreatedAt: seconds('2024-07-25T20:15:00Z'),
    vulnerablePackages,
  };
  const details = {
    fixAvailable: 'PARTIAL',
    exploitAvailable: 'YES',
    inspectorScore: 7.5,
    packageVulnerabilityDetails,
  };
  aws.answers({ findings: [raw(1, 'i-0', details)] });
  const [finding] = await all(inspector.findings(['i-0'], { closedSince: null }));
  const { packages, ...rest } = finding ?? assert.fail();
  assert.deepEqual(rest, {
    arn: ARN(1),
    instance: 'i-0',
    vulnerabilityId: 'CVE-2024-7',
    title: 'CVE-2024-1 - openssl',
    severity: 'HIGH',
    status: 'ACTIVE',
    fixAvailable: 'PARTIAL',
    exploitAvailable: true,
    score: 7.5,
    vendorSeverity: 'medium',
    vendorCreatedAt: '2024-07-25T20:15:00.000Z',
    vendorUpdatedAt: null,
    firstObservedAt: '2026-02-01T00:00:00.000Z',
    updatedAt: '2026-02-03T00:00:00.000Z',
  });
  assert.deepEqual(
    packages.map(({ name, arch, version, fixedIn, manager }) => [name, arch, version, fixedIn, manager]),
    [
      ['openssl', 'amd64', '3.0.11-1~deb12u1', '3.0.15-1~deb12u1', 'OS'],
      ['bind-libs', 'x86_64', '32:9.11.4-26.amzn2', '32:9.11.5-1', 'OS'],
      ['snapd', null, '2.63', null, 'OS'],
      ['tzdata', null, '1:2024a', null, 'OS'],
      ['requests', null, '2.31.0', null, 'PIP'],
    ],
  );
});

test('trap 9: a finding about a discontinued operating system, without packages, is kept', async () => {
  const packageVulnerabilityDetails = { vulnerabilityId: 'DISCONTINUED_OPERATING_SYSTEM', source: 'AMAZON' };
  aws.answers({ findings: [raw(1, 'i-0', { severity: 'CRITICAL', packageVulnerabilityDetails })] });
  const [finding] = await all(inspector.findings(['i-0'], { closedSince: null }));
  assert.deepEqual([finding?.severity, finding?.packages, finding?.fixAvailable], ['CRITICAL', [], null]);
});

test('members of an enum that are not known yet crash nothing, and fix nothing', async () => {
  aws.answers({ findings: [raw(1, 'i-0', { severity: 'APOCALYPTIC', status: 'PONDERED', fixAvailable: 'SOON' })] });
  const [finding] = await all(inspector.findings(['i-0'], { closedSince: null }));
  assert.deepEqual([finding?.severity, finding?.status, finding?.fixAvailable], ['UNTRIAGED', 'ACTIVE', null]);
});

test('coverage is asked for as PACKAGE, ten ids a filter, and kept as it came', async () => {
  aws.plays((call) => {
    const row = {
      accountId: '1',
      resourceId: idsOf(call)[0],
      resourceType: 'AWS_EC2_INSTANCE',
      scanType: 'PACKAGE',
      scanMode: 'VM_INSPECTOR_AGENT_BASED',
      scanStatus: { statusCode: 'INACTIVE', reason: 'STALE_INVENTORY' },
      lastScannedAt: seconds('2026-02-01T00:00:00Z'),
    };
    return { body: { coveredResources: [row] } };
  });
  const rows = await all(inspector.coverage(many(11)));
  assert.deepEqual(rows[0], {
    id: 'i-0',
    status: 'INACTIVE',
    reason: 'STALE_INVENTORY',
    scanMode: 'VM_INSPECTOR_AGENT_BASED',
    lastScannedAt: '2026-02-01T00:00:00.000Z',
  });
  assert.deepEqual(
    rows.map(({ id }) => id),
    ['i-0', 'i-10'],
  );
  for (const { body } of aws.calls)
    assert.deepEqual(body.filterCriteria.scanType, [{ comparison: 'EQUALS', value: 'PACKAGE' }]);
});
