import assert from 'node:assert/strict';
import { test } from 'node:test';
import { order, viewMatches } from '#rehearsal/world/finding-filters.ts';

const view = (severity: string, inspectorScore?: number) => ({
  title: 'CVE-1 - curl',
  severity,
  ...(inspectorScore !== undefined && { inspectorScore }),
  lastObservedAt: new Date(5000),
  packageVulnerabilityDetails: {
    source: 'DEBIAN_CVE',
    relatedVulnerabilities: ['CVE-2', 'CVE-3'],
    vulnerablePackages: [{ name: 'curl', version: '1', arch: 'X86_64', epoch: 0 }],
  },
});
const text = (comparison: string, value: string) => ({ comparison, value });

for (const [key, filters, wanted] of [
  ['title', [text('PREFIX', 'CVE-1')], true],
  ['title', [text('EQUALS', 'CVE-1')], false],
  ['title', [text('EQUALS', 'no'), text('NOT_EQUALS', 'x')], true],
  ['vulnerabilitySource', [text('EQUALS', 'DEBIAN_CVE')], true],
  ['relatedVulnerabilities', [text('EQUALS', 'CVE-3')], true],
  ['inspectorScore', [{ lowerInclusive: 7, upperInclusive: 8 }], true],
  ['inspectorScore', [{ lowerInclusive: 7.6 }], false],
  ['epssScore', [{ lowerInclusive: 0 }], false],
  ['lastObservedAt', [{ startInclusive: 5, endInclusive: 6 }], true],
  ['lastObservedAt', [{ endInclusive: 4 }], false],
  ['vulnerablePackages', [{ name: text('EQUALS', 'curl'), architecture: text('EQUALS', 'X86_64') }], true],
  ['vulnerablePackages', [{ name: text('EQUALS', 'curl'), epoch: { lowerInclusive: 1 } }], false],
  ['ecrImageHash', [text('EQUALS', 'sha256:0')], false],
] as const)
  test(`a finding is filtered by ${key} ${JSON.stringify(filters)}`, () =>
    assert.equal(viewMatches(view('HIGH', 7.5), key, filters), wanted));

test('findings are ordered by severity, not by its letters, and by score', () => {
  const all = [view('HIGH', 9), view('UNTRIAGED'), view('CRITICAL', 10), view('LOW', 2)];
  const by = (field: string, sortOrder: string) =>
    [...all].sort(order({ field, sortOrder })).map(({ severity }) => severity);
  assert.deepEqual(by('SEVERITY', 'DESC'), ['CRITICAL', 'HIGH', 'LOW', 'UNTRIAGED']);
  assert.deepEqual(by('SEVERITY', 'ASC'), ['UNTRIAGED', 'LOW', 'HIGH', 'CRITICAL']);
  assert.deepEqual(by('ECR_IMAGE_REGISTRY', 'ASC'), ['HIGH', 'UNTRIAGED', 'CRITICAL', 'LOW']);
});
