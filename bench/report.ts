/**
 * The report at 100,000 findings on 2,000 hosts: `node bench/report.ts [FILE]` writes it and prints its size and the seconds that
 * making it took. What Chromium makes of it is measured by test/browser/report.browser.ts.
 */

import { createWriteStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OUTCOME } from '#domain/campaign/outcomes.ts';
import { addRow, deltaOf, newSum } from '#domain/patch/delta/delta-sum.ts';
import type { InstanceRow } from '#domain/patch/delta/instance-rows.ts';
import type { DeltaRow } from '#domain/patch/delta/records.ts';
import { SEVERITIES } from '#domain/severity.ts';
import { reportPage } from '#views/patch/report/page.ts';

const HOSTS = 2000;
const FINDINGS = 100_000;
const PART = 2000;

const hex = (number: number, digits: number) =>
  Math.imul(number + 1, 0x9e3779b1)
    .toString(16)
    .replace('-', '')
    .padStart(digits, '0');
const hostOf = (number: number) => `i-0${hex(number, 8)}${String(number).padStart(8, '0')}`;

export interface LargeReport {
  findings: number;
  bytes: number;
  seconds: number;
  heapBytes: number; // the highest seen while its parts were made
}

export async function writeLargeReport(file: string): Promise<LargeReport> {
  const started = performance.now();
  let bytes = 0;
  let heapBytes = 0;
  const counted = function* () {
    for (const part of parts()) {
      bytes += Buffer.byteLength(part);
      heapBytes = Math.max(heapBytes, process.memoryUsage().heapUsed);
      yield part;
    }
  };
  await pipeline(Readable.from(counted()), createWriteStream(file));
  return { findings: FINDINGS, bytes, seconds: (performance.now() - started) / 1000, heapBytes };
}

function* parts(): Generator<string> {
  const sum = newSum();
  for (let n = 0; n < FINDINGS; n++) addRow(sum, finding(n));
  const at = '2024-09-01T00:00:00.000Z';
  const page = reportPage({
    record: {
      version: 1,
      campaign: 'large-20240901T000000Z',
      group: 'large',
      execution: 'arn:aws:states:eu-central-1:123456789012:execution:campaign:large-20240901T000000Z',
      trigger: { kind: 'schedule', id: 's', at, by: 'schedule' },
      openedAt: at,
      closedAt: '2024-09-02T00:00:00.000Z',
      outcome: OUTCOME.Completed,
      why: 'all rings passed',
      scopeHash: null,
      planHash: null,
      verdicts: [],
      approvals: [],
    },
    plan: null,
    delta: deltaOf(sum),
    rings: [],
    previous: null,
    intents: [],
    scan: null,
    files: { findings: 'findings.csv', instances: 'instances.csv' },
  });
  yield page.head();
  yield page.instances.part(Array.from({ length: HOSTS }, (_, n) => instance(n))).text;
  yield page.instances.section().text;
  for (let from = 0; from < FINDINGS; from += PART) {
    yield page.findings.part(Array.from({ length: Math.min(PART, FINDINGS - from) }, (_, n) => finding(from + n))).text;
  }
  yield page.findings.section().text;
  yield page.tail();
}

/** Fifty findings a host of 1,500 vulnerabilities in 400 packages; words of as many kinds as a real campaign's. */
function finding(n: number): DeltaRow {
  const host = Math.floor(n / (FINDINGS / HOSTS));
  const vulnerability = (n * 7919) % 1500;
  const name = `package-${vulnerability % 400}`;
  const kind = (n * 31) % 10;
  const bucket = kind < 6 ? 'fixed' : kind < 9 ? 'remaining' : 'unverified';
  const looked = `2024-09-01T${String(host % 24).padStart(2, '0')}:${String(host % 60).padStart(2, '0')}:31.${String(host % 1000).padStart(3, '0')}Z`;
  const words = {
    fixed: `Patched, and closed when looked at ${looked}.`,
    remaining:
      kind === 8
        ? `${name} 1.2.3-${host % 50} is approved, but ${hostOf(host)} does not offer it.`
        : `The vendor has no fixed version of ${name} yet.`,
    unverified: `Last looked at ${looked}, before our re-scan of it.`,
  };
  return {
    arn: `arn:aws:inspector2:eu-central-1:123456789012:finding/${hex(n, 32)}`,
    instance: hostOf(host),
    ring: host < 100 ? 'canary' : 'fleet',
    vulnerabilityId: `CVE-2024-${10_000 + vulnerability}`,
    title: `CVE-2024-${10_000 + vulnerability} - ${name}`,
    package: name,
    severity: SEVERITIES[vulnerability % 4] ?? 'LOW',
    bucket,
    reason: bucket === 'remaining' ? (kind === 8 ? 'not-offered' : 'no-fix') : null,
    newKind: null,
    words: words[bucket],
    rescoredTo: null,
    waived: n % 97 === 0 ? 'openssl-buffers' : null,
    exploitAvailable: vulnerability % 50 === 0,
    approvedFrom: null,
  };
}

function instance(n: number): InstanceRow {
  return {
    id: hostOf(n),
    name: `web-${n}`,
    ring: n < 100 ? 'canary' : 'fleet',
    zone: `eu-central-1${'abc'[n % 3]}`,
    platform: 'Debian GNU/Linux 12',
    state: 'running',
    patch: 'patched',
    words: '',
    wave: Math.floor(n / 50) + 1,
    sentAt: `2024-09-01T02:${String(n % 60).padStart(2, '0')}:00.000Z`,
    finishedAt: null,
    backAt: `2024-09-01T03:${String(n % 60).padStart(2, '0')}:00.000Z`,
    lookedAt: `2024-09-01T04:${String(n % 60).padStart(2, '0')}:00.000Z`,
    installed: 12,
    findings: { gone: 0, unverified: 5, fixed: 30, closedOtherwise: 0, remaining: 15, new: 0 },
    worstLeft: 'HIGH',
  };
}

if (import.meta.main) {
  const file = process.argv[2] ?? join(tmpdir(), 'patchwright-report.html');
  const { findings, bytes, seconds, heapBytes } = await writeLargeReport(file);
  const megabytes = (number: number) => (number / 1e6).toFixed(1);
  process.stdout.write(
    `${file}: ${findings} findings, ${megabytes(bytes)} MB, made in ${seconds.toFixed(1)} s, at most ${megabytes(heapBytes)} MB of heap\n`,
  );
}
