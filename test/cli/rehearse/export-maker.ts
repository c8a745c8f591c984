import { createHash } from 'node:crypto';

export interface MadeFinding {
  [key: string]: unknown;
}

/** Findings as `aws inspector2 list-findings` gives them: `perHost` on each of `hosts` hosts, made-up vulnerabilities. */
export function makeFindings(
  hosts: number,
  perHost: number,
  tags?: (host: number) => Record<string, string>,
): MadeFinding[] {
  return Array.from({ length: hosts }, (_, host) =>
    Array.from({ length: perHost }, (_, place) => makeFinding({ host, place, ...(tags ? { tags: tags(host) } : {}) })),
  ).flat();
}

export function makeFinding({
  host = 0,
  place = 0,
  tags,
  ...over
}: {
  host?: number;
  place?: number;
  tags?: Record<string, string>;
  [key: string]: unknown;
} = {}): MadeFinding {
  const cve = `CVE-2024-${10_000 + place}`;
  const id = hostId(host);
  const name = `made-${place % 40}`;
  return {
    awsAccountId: '123456789012',
    description: `made up: ${cve}`,
    exploitAvailable: place % 17 === 0 ? 'YES' : 'NO',
    findingArn: arn(`${host}/${place}`),
    firstObservedAt: '2024-08-20T03:10:11.123000+02:00',
    fixAvailable: place % 9 === 0 ? 'NO' : 'YES',
    inspectorScore: SCORES[place % SCORES.length],
    lastObservedAt: '2024-08-30T03:10:11.123000+02:00',
    packageVulnerabilityDetails: {
      cvss: [],
      source: 'DEBIAN_CVE',
      vendorSeverity: 'medium',
      vulnerabilityId: cve,
      vulnerablePackages: [
        {
          arch: 'AMD64',
          epoch: 0,
          fixedInVersion: place % 9 === 0 ? 'NotAvailable' : `0:1.0-${2 + Math.floor(place / 40)}`,
          name,
          packageManager: 'OS',
          release: '1',
          version: '1.0',
        },
      ],
    },
    remediation: { recommendation: { text: 'None Provided' } },
    resources: [
      {
        details: { awsEc2Instance: { platform: 'DEBIAN_12', launchedAt: '2024-01-05T10:00:00+00:00' } },
        id,
        partition: 'aws',
        region: 'eu-central-1',
        ...(tags ? { tags } : {}),
        type: 'AWS_EC2_INSTANCE',
      },
    ],
    severity: SEVERITIES[place % SEVERITIES.length],
    status: 'ACTIVE',
    title: `${cve} - ${name}`,
    type: 'PACKAGE_VULNERABILITY',
    updatedAt: '2024-08-30T03:10:11.123000+02:00',
    ...over,
  };
}

export function hostId(host: number): string {
  return `i-${String(host + 1).padStart(17, '0')}`;
}

export function arn(key: string): string {
  const hash = createHash('md5').update(key).digest('hex');
  return `arn:aws:inspector2:eu-central-1:123456789012:finding/${hash}`;
}

const SEVERITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'UNTRIAGED'];
const SCORES = [9.8, 7.5, 5.3, 3.1, undefined];
