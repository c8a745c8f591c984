import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExportedFinding } from '#rehearsal/fleet/host.ts';
import { PLATFORMS } from '#rehearsal/fleet/platforms.ts';
import { exportedAdvisories } from '#rehearsal/services/inspector2/exported.ts';

const SEEN = '2025-06-13T06:24:55.486Z';
const OLD_HOST = '2025-05-29T16:04:40.000Z';
const EXPORTED = '2025-07-01T00:00:00.000Z';

function perl(over: Partial<ExportedFinding> = {}): ExportedFinding {
  return {
    arn: `arn:${JSON.stringify(over)}`,
    vulnerabilityId: 'CVE-2025-40909',
    title: 'CVE-2025-40909 - perl',
    severity: 'HIGH',
    status: 'ACTIVE',
    score: 7,
    fixAvailable: 'YES',
    exploitAvailable: false,
    vendorSeverity: 'Important',
    vendorCreatedAt: '2025-05-28T00:00:00.000Z',
    firstObservedAt: SEEN,
    updatedAt: SEEN,
    packages: [
      {
        name: 'perl',
        version: '4:5.16.3-299.amzn2.0.2',
        arch: 'X86_64',
        manager: 'OS',
        fixedIn: '4:5.16.3-299.amzn2.0.3',
        toldFix: null,
        filePath: null,
      },
    ],
    ...over,
  };
}

const openssh = perl({ vulnerabilityId: 'CVE-2025-32728', vendorCreatedAt: '2025-04-10T00:00:00.000Z' });

test('field 07: a fix came out when a host that stood before first lacked it, if that was news; else as the vendor dates it', () => {
  const rows: [what: string, hosts: { launchedAt: string | null; findings: ExportedFinding[] }[], released: string][] =
    [
      ['news', [{ launchedAt: OLD_HOST, findings: [perl()] }], SEEN],
      ['of a host just launched', [{ launchedAt: '2025-06-13T01:00:00.000Z', findings: [perl()] }], '2025-05-28'],
      ['of a host of unknown age', [{ launchedAt: null, findings: [perl()] }], '2025-05-28'],
      ['first seen together with an old one', [{ launchedAt: OLD_HOST, findings: [perl(), openssh] }], '2025-05-28'],
      [
        'an old one was first seen at another time',
        [{ launchedAt: OLD_HOST, findings: [perl(), { ...openssh, firstObservedAt: '2025-05-30T18:25:05.465Z' }] }],
        SEEN,
      ],
      [
        'an old vulnerability',
        [{ launchedAt: OLD_HOST, findings: [perl({ vendorCreatedAt: '2021-08-05T16:15:00.000Z' })] }],
        '2021-08-05',
      ],
      ['no date of the vendor', [{ launchedAt: OLD_HOST, findings: [perl({ vendorCreatedAt: null })] }], SEEN],
      [
        'two hosts, one of which had it at its first look',
        [
          { launchedAt: OLD_HOST, findings: [perl()] },
          { launchedAt: '2025-06-13T01:00:00.000Z', findings: [perl()] },
        ],
        '2025-05-28',
      ],
      [
        'a date after the export',
        [{ launchedAt: null, findings: [perl({ vendorCreatedAt: '2026-01-01T00:00:00.000Z' })] }],
        EXPORTED,
      ],
    ];
  for (const [what, hosts, released] of rows) {
    const [row] = exportedAdvisories(hosts, EXPORTED, PLATFORMS.AMAZON_LINUX_2).filter(
      ({ vulnerabilityId }) => vulnerabilityId === 'CVE-2025-40909',
    );
    assert.ok(row?.released?.startsWith(released), `${what}: ${row?.released}`);
  }
});
