import type { AdvisoryFile, AdvisoryRow } from '#rehearsal/fleet/advisories.ts';

/** A few packages of which each stands for one case. All is invented. */
export const DEBIAN: AdvisoryFile = {
  about: 'test',
  platform: 'DEBIAN_12',
  packages: [
    { name: 'openssl', source: 'openssl', arch: 'amd64', installed: '3.0.9-1' },
    { name: 'libssl3', source: 'openssl', arch: 'amd64', installed: '3.0.9-1' },
    { name: 'curl', source: 'curl', arch: 'amd64', installed: '7.88.1-10' },
    { name: 'tar', source: 'tar', arch: 'amd64', installed: '1.34-1' },
    { name: 'linux-libc-dev', source: 'linux', arch: 'amd64', installed: '6.1.27-1' },
  ],
  advisories: [
    row('CVE-0000-1', 'openssl', '3.0.13-1', '2024-08-01', 'HIGH'),
    row('CVE-0000-2', 'openssl', '3.0.14-1', '2024-09-01T10:00:00Z', 'CRITICAL', { published: '2024-09-01T09:00:00Z' }),
    row('CVE-0000-3', 'curl', '7.88.1-11', '2024-08-20', 'MEDIUM', { distribution: 'bookworm' }),
    row('CVE-0000-4', 'linux', '6.1.90-1', '2024-08-10', 'HIGH'),
    row('CVE-0000-5', 'tar', null, null, 'LOW', { published: '2024-07-01T00:00:00Z' }),
    row('CVE-0000-6', 'requests', '2.32.0', '2024-05-01', 'MEDIUM', { manager: 'PIP' }),
  ],
};

export const AMAZON: AdvisoryFile = {
  about: 'test',
  platform: 'AMAZON_LINUX_2023',
  packages: [
    { name: 'curl', source: 'curl', arch: 'x86_64', installed: '8.3.0-1' },
    { name: 'vim', source: 'vim', arch: 'x86_64', installed: '2:9.0-1' },
  ],
  advisories: [
    row('CVE-0000-11', 'curl', '8.3.0-2', '2024-08-20', 'HIGH', { vendorSeverity: 'Important' }),
    row('CVE-0000-12', 'curl', '8.3.0-3', '2024-08-30', 'HIGH', { vendorSeverity: 'Important' }),
    row('CVE-0000-13', 'vim', '2:9.1-1', '2024-08-01', 'MEDIUM', { vendorSeverity: 'Medium' }),
  ],
};

export const WINDOWS: AdvisoryFile = {
  about: 'test',
  platform: 'WINDOWS_SERVER_2022',
  packages: [{ name: 'Windows Server 2022', source: 'cumulative', arch: 'x64', installed: '10.0.1.1' }],
  advisories: [
    kb('KB9000001', '10.0.1.2', '2024-07-09T17:00:00Z'),
    kb('KB9000002', '10.0.1.3', '2024-08-13T17:00:00Z'),
    kb('KB9000003', '10.0.1.4', '2024-09-01T17:00:00Z'),
  ],
};

/** `date` alone: at midnight. */
function row(
  vulnerabilityId: string,
  source: string,
  fixedInVersion: string | null,
  date: string | null,
  severity: string,
  more: Partial<AdvisoryRow> = {},
): AdvisoryRow {
  const released = date && (date.includes('T') ? date : `${date}T00:00:00Z`);
  return { vulnerabilityId, source, fixedInVersion, released, published: released, severity, score: 7, ...more };
}

function kb(id: string, build: string, released: string): AdvisoryRow {
  const windows = { classification: 'SecurityUpdates', vendorSeverity: 'Critical', supersedes: true };
  return row(id, 'cumulative', build, released, 'CRITICAL', {
    ...windows,
    title: `Update (${id})`,
    cves: ['CVE-0000-21'],
  });
}
