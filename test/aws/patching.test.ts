import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patching } from '#aws/patching.ts';
import type { PatchStatus } from '#domain/patch/model.ts';
import { type Answer, all, error, wire } from './wire.ts';

const aws = await wire();
const many = (count: number) => Array.from({ length: count }, (_, n) => `i-${n}`);
const seconds = (at: string) => Date.parse(at) / 1000;

test('trap 29: managed nodes are asked for by id, 50 at a time, and only those listed come back', async () => {
  aws.plays(({ body }) => {
    const [InstanceId] = body.Filters[0].Values;
    const node = { InstanceId, PingStatus: 'ConnectionLost', LastPingDateTime: seconds('2026-02-01T00:00:00Z') };
    const platform = { PlatformType: 'Linux', PlatformName: 'Debian GNU/Linux', PlatformVersion: '12' };
    return { body: { InstanceInformationList: [{ ...node, ...platform }] } };
  });
  const nodes = await all(patching.managed(many(51)));
  assert.deepEqual(nodes, [
    {
      id: 'i-0',
      ping: 'ConnectionLost',
      os: 'DEBIAN',
      platform: 'Debian GNU/Linux 12',
      lastPingAt: '2026-02-01T00:00:00.000Z',
    },
    {
      id: 'i-50',
      ping: 'ConnectionLost',
      os: 'DEBIAN',
      platform: 'Debian GNU/Linux 12',
      lastPingAt: '2026-02-01T00:00:00.000Z',
    },
  ]);
  assert.deepEqual(
    aws.calls.map(({ body }) => [body.Filters[0].Key, body.Filters[0].Values.length, body.MaxResults]),
    [
      ['InstanceIds', 50, 50],
      ['InstanceIds', 1, 50],
    ],
  );
});

test('trap 21: a patch state keeps the SnapshotId of the scan that wrote it, or says that there is none', async () => {
  const state = {
    InstanceId: 'i-0',
    PatchGroup: 'web',
    BaselineId: 'pb-1',
    OperationStartTime: seconds('2026-02-01T00:00:00Z'),
    OperationEndTime: seconds('2026-02-01T00:05:00Z'),
    Operation: 'Scan',
    InstalledCount: 100,
    MissingCount: 3,
  };
  const ours = {
    ...state,
    InstanceId: 'i-1',
    Operation: 'Install',
    SnapshotId: 'snapshot',
    InstalledPendingRebootCount: 2,
  };
  aws.answers({ InstancePatchStates: [state], NextToken: 'more' }, { InstancePatchStates: [ours] });
  const states = await all(patching.states(['i-0', 'i-1', 'i-2']));
  assert.deepEqual(states[0], {
    id: 'i-0',
    baselineId: 'pb-1',
    snapshotId: null,
    operation: 'Scan',
    startedAt: '2026-02-01T00:00:00.000Z',
    endedAt: '2026-02-01T00:05:00.000Z',
    installed: 100,
    installedPendingReboot: 0,
    missing: 3,
    failed: 0,
  });
  const { id, snapshotId, operation, installedPendingReboot } = states[1] ?? assert.fail();
  assert.deepEqual([id, snapshotId, operation, installedPendingReboot], ['i-1', 'snapshot', 'Install', 2]);
});

test('trap 17: patches without CVE ids are listed with package, arch and version, in the order of the ids', async () => {
  const rows: Record<string, object[]> = {
    debian: [
      {
        Title: 'curl.amd64:7.88.1-10+deb12u5',
        KBId: 'curl.amd64',
        Classification: 'Security',
        Severity: 'Optional',
        State: 'Missing',
        InstalledTime: 0,
      },
      {
        Title: 'libssl3.amd64:1:3.0-1',
        KBId: 'libssl3.amd64',
        Classification: '',
        Severity: '',
        State: 'MISSING',
        InstalledTime: 0,
        CVEIds: '',
      },
    ],
    amazon: [
      {
        Title: 'apr.x86_64:0:1.7.2-1.amzn2',
        KBId: 'apr.x86_64',
        Classification: 'Security',
        Severity: 'Important',
        State: 'Missing',
        InstalledTime: 0,
        CVEIds: 'CVE-2024-1,CVE-2024-2',
      },
      {
        Title: 'python3.9.noarch:32:9.11.4-26.P2',
        KBId: 'python3.9.noarch',
        Classification: 'Security',
        Severity: 'Low',
        State: 'Missing',
        InstalledTime: 0,
      },
    ],
    windows: [
      {
        Title: '2023-03 Cumulative Update (KB5023702)',
        KBId: 'KB5023702',
        Classification: 'SecurityUpdates',
        Severity: 'Critical',
        State: 'Missing',
        InstalledTime: seconds('2023-03-16T11:00:00Z'),
      },
      {
        Title: '',
        KBId: 'KB4481031',
        Classification: '',
        Severity: '',
        State: 'INSTALLED_PENDING_REBOOT',
        InstalledTime: 0,
      },
    ],
  };
  aws.plays(({ body }) => ({ body: { Patches: rows[body.InstanceId] ?? [] } }));
  const lists = await all(patching.patches(['windows', 'debian', 'none', 'amazon'], ['Missing']));
  assert.deepEqual(
    lists.map(({ id }) => id),
    ['windows', 'debian', 'none', 'amazon'],
  );
  const brief = (id: string) =>
    lists
      .find((list) => list.id === id)
      ?.patches.map(({ package: of, kb, status, cveIds, classification, installedAt }) => [
        of && `${of.name} ${of.arch} ${of.version}`,
        kb,
        status,
        cveIds,
        classification,
        installedAt,
      ]);
  assert.deepEqual(brief('debian'), [
    ['curl amd64 7.88.1-10+deb12u5', 'curl.amd64', 'Missing', [], 'Security', null],
    ['libssl3 amd64 1:3.0-1', 'libssl3.amd64', 'Missing', [], null, null],
  ]);
  assert.deepEqual(brief('amazon'), [
    ['apr x86_64 1.7.2-1.amzn2', 'apr.x86_64', 'Missing', ['CVE-2024-1', 'CVE-2024-2'], 'Security', null],
    ['python3.9 noarch 32:9.11.4-26.P2', 'python3.9.noarch', 'Missing', [], 'Security', null],
  ]);
  assert.deepEqual(brief('windows'), [
    [null, 'KB5023702', 'Missing', [], 'SecurityUpdates', '2023-03-16T11:00:00.000Z'],
    [null, 'KB4481031', 'InstalledPendingReboot', [], null, null],
  ]);
  assert.deepEqual(brief('none'), []);
});

test('a patch in a state that is not known yet has the one by which it was listed', async () => {
  aws.answers({
    Patches: [{ Title: '', KBId: 'KB1', Classification: '', Severity: '', State: 'Withheld', InstalledTime: 0 }],
  });
  const [list] = await all(patching.patches(['i-0'], ['Failed']));
  assert.equal(list?.patches[0]?.status, 'Failed');
});

test('patches are listed by one status a request, all pages', async () => {
  aws.plays(({ body }) => ({ body: body.NextToken ? { Patches: [] } : { Patches: [], NextToken: 'more' } }));
  const statuses: PatchStatus[] = ['Missing', 'InstalledPendingReboot'];
  await all(patching.patches(['i-0'], statuses));
  assert.deepEqual(
    aws.calls.map(({ body }) => [body.Filters[0].Key, body.Filters[0].Values, body.NextToken]),
    statuses.flatMap((status) => [
      ['State', [status], undefined],
      ['State', [status], 'more'],
    ]),
  );
});

test('Inspector collects by associations of its own, or by anybody’s for all instances', async () => {
  const association = (AssociationId: string, Name: string, Values: string[], AssociationName?: string) => ({
    AssociationId,
    AssociationName,
    Name,
    Targets: [{ Key: 'InstanceIds', Values }],
  });
  const gather = 'AWS-GatherSoftwareInventory';
  aws.answers(
    {
      Associations: [association('a', gather, ['i-0']), association('b', gather, ['*'], 'Inventory')],
      NextToken: 'more',
    },
    {
      Associations: [
        association('c', 'AWS-RunPatchBaseline', ['*']),
        association('d', gather, ['*'], 'InspectorInventoryCollection-do-not-delete'),
        association('e', 'AmazonInspector2-InvokeInspectorSsmPlugin', ['*'], 'InvokeInspectorSsmPlugin-do-not-delete'),
      ],
    },
  );
  assert.deepEqual(await all(patching.inventoryAssociations()), ['b', 'd', 'e']);
});

test('when inventory was really collected: by what ran on the host with success, each host asked for itself', async () => {
  const ran = (AssociationName: string, Name: string, ExecutionDate: string, Status = 'Success') => ({
    InstanceId: 'i-0',
    AssociationName,
    Name,
    Status,
    ExecutionDate: Date.parse(ExecutionDate) / 1000,
  });
  const plugin = 'AmazonInspector2-InvokeInspectorSsmPlugin';
  const rows = [
    ran('InspectorInventoryCollection-do-not-delete', 'AWS-GatherSoftwareInventory', '2026-03-01T02:01:00Z'),
    ran('of-our-own', 'AWS-GatherSoftwareInventory', '2026-03-01T02:02:00Z'),
    ran('fails', 'AWS-GatherSoftwareInventory', '2026-03-01T02:03:00Z', 'Failed'),
    ran('InvokeInspectorSsmPlugin-do-not-delete', plugin, '2026-03-01T02:04:00Z'),
    ran('InspectorDistributor-do-not-delete', 'AWS-ConfigureAWSPackage', '2026-03-01T02:05:00Z'),
  ];
  aws.plays(({ body }) =>
    body.InstanceId === 'i-0'
      ? { body: { InstanceAssociationStatusInfos: rows } }
      : { status: 400, headers: {}, body: { __type: 'InvalidInstanceId' } },
  );
  assert.deepEqual(await all(patching.collections(['i-0', 'i-1', 'i-0'])), [
    { id: 'i-0', by: 'inventory', at: '2026-03-01T02:01:00.000Z' },
    { id: 'i-0', by: 'inventory', at: '2026-03-01T02:02:00.000Z' },
    { id: 'i-0', by: 'plugin', at: '2026-03-01T02:04:00.000Z' },
  ]);
  assert.equal(aws.calls.length, 2);
});

test('calendars: open only if AWS says OPEN, asked for the instant; none at all is open', async () => {
  aws.answers({ State: 'CLOSED', AtTime: '2026-03-01T02:00:00Z', NextTransitionTime: '2026-03-02T00:00:00Z' });
  const closed = await patching.calendars(['frozen'], '2026-03-01T02:00:00.000Z');
  assert.deepEqual(closed, { open: false, nextChange: '2026-03-02T00:00:00.000Z' });
  assert.deepEqual(aws.calls[0]?.body, { CalendarNames: ['frozen'], AtTime: '2026-03-01T02:00:00Z' });
  aws.answers({ State: 'OPEN' });
  assert.deepEqual(await patching.calendars(['frozen'], '2026-03-01T02:00:00.000Z'), { open: true, nextChange: null });
  assert.deepEqual(await patching.calendars([], '2026-03-01T02:00:00.000Z'), { open: true, nextChange: null });
  assert.equal(aws.calls.length, 2);
});

test('which of the names are no change calendar here; what cannot be read is an error, and no calendar that is missing', async () => {
  const answers: Record<string, Answer> = {
    open: { body: { State: 'OPEN' } },
    gone: error(400, 'InvalidDocument'),
    other: error(400, 'InvalidDocumentType'),
    hidden: error(400, 'AccessDeniedException'),
  };
  aws.plays(({ body }) => answers[body.CalendarNames[0]] ?? assert.fail());
  assert.deepEqual(await patching.missingCalendars(['open', 'gone', 'other']), ['gone', 'other']);
  await assert.rejects(patching.missingCalendars(['hidden']), { name: 'AwsRefused' });
});

const ended = (id: string): Answer => error(400, 'InvalidInstanceId', `${id} is terminated`);

test('an instance that ended between two reads is left out, not a failed survey: its half is asked for again', async () => {
  aws.plays(({ operation, body }) => {
    const ids: string[] = operation === 'DescribeInstancePatchStates' ? body.InstanceIds : body.Filters[0].Values;
    if (ids.includes('i-7')) return ended('i-7');
    const times = {
      OperationStartTime: 1,
      OperationEndTime: 2,
      Operation: 'Scan',
      PatchGroup: 'web',
      BaselineId: 'pb-1',
    };
    return operation === 'DescribeInstancePatchStates'
      ? { body: { InstancePatchStates: ids.map((InstanceId) => ({ InstanceId, ...times })) } }
      : { body: { InstanceInformationList: ids.map((InstanceId) => ({ InstanceId, PingStatus: 'Online' })) } };
  });
  const others = many(50).filter((id) => id !== 'i-7');
  assert.deepEqual(
    (await all(patching.managed(many(50)))).map(({ id }) => id),
    others,
  );
  assert.ok(aws.calls.length <= 13, 'two for each halving');
  assert.deepEqual(
    (await all(patching.states(many(50)))).map(({ id }) => id),
    others,
  );
});

test('the patches of an instance that ended are an empty list; any other refusal is one', async () => {
  aws.plays(({ body }) => (body.InstanceId === 'i-1' ? ended('i-1') : { body: { Patches: [] } }));
  assert.deepEqual(await all(patching.patches(['i-0', 'i-1'], ['Missing'])), [
    { id: 'i-0', patches: [] },
    { id: 'i-1', patches: [] },
  ]);
  aws.plays(() => error(400, 'AccessDeniedException'));
  await assert.rejects(all(patching.patches(['i-0'], ['Missing'])), { name: 'AwsRefused' });
});
