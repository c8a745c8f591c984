import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '#domain/patch/model.ts';
import { waiverFor, waiverStates } from '#domain/patch/plan/waiver.ts';
import type { Waiver } from '#domain/patch/policy.ts';

const AT = '2024-09-01T02:00:00.000Z';

test('waiver: in force through the whole day of its expiry', () => {
  const one = waiver({ expires: '2024-09-01' });
  assert.deepEqual(waiverFor([one], finding(), '2024-09-01T23:59:59.999Z'), { inForce: one, expired: null });
  assert.deepEqual(waiverFor([one], finding(), '2024-09-02T00:00:00.000Z'), { inForce: null, expired: one });
});

const scopes: [string, Partial<Waiver>, boolean][] = [
  ['the vulnerability alone', {}, true],
  ['another vulnerability', { vulnerabilities: ['CVE-2024-0001'] }, false],
  ['one of several vulnerabilities', { vulnerabilities: ['CVE-2024-0001', 'CVE-2024-2511'] }, true],
  ['the instance', { instances: ['i-1', 'i-2'] }, true],
  ['another instance', { instances: ['i-2'] }, false],
  ['all its packages', { packages: ['libssl3', 'openssl'] }, true],
  ['only one of its packages', { packages: ['openssl'] }, false],
];

for (const [name, scope, covered] of scopes) {
  test(`waiver: of ${name} ${covered ? 'covers' : 'does not cover'} the finding`, () => {
    assert.equal(waiverFor([waiver(scope)], finding(), AT).inForce !== null, covered);
  });
}

test('waiver: of packages does not cover a finding that names none', () => {
  const bare = { ...finding(), packages: [] };
  assert.equal(waiverFor([waiver({ packages: ['openssl'] })], bare, AT).inForce, null);
  assert.notEqual(waiverFor([waiver({})], bare, AT).inForce, null);
});

test('waiver: a renewed one leaves no expired one behind; of two expired the later is named', () => {
  const [old, older, renewed] = [
    waiver({ id: 'old', expires: '2024-06-30' }),
    waiver({ id: 'older', expires: '2023-06-30' }),
    waiver({ id: 'renewed', expires: '2025-06-30' }),
  ];
  assert.deepEqual(waiverFor([old, renewed], finding(), AT), { inForce: renewed, expired: null });
  assert.deepEqual(waiverFor([older, old], finding(), AT), { inForce: null, expired: old });
});

const states: [string, string, number][] = [
  ['2024-09-16', 'in-force', 15],
  ['2024-09-15', 'expiring', 14],
  ['2024-09-01', 'expiring', 0],
  ['2024-08-31', 'expired', -1],
];

for (const [expires, state, daysLeft] of states) {
  test(`waiver: one that expires on ${expires} is ${state} on 2024-09-01`, () => {
    const one = waiver({ expires });
    assert.deepEqual(waiverStates([one], AT), [{ waiver: one, state, daysLeft }]);
  });
}

function waiver(of: Partial<Waiver>): Waiver {
  return {
    id: 'openssl-sessions',
    owner: 'web-team',
    reason: 'No TLS 1.3 sessions are kept.',
    vulnerabilities: ['CVE-2024-2511'],
    instances: [],
    packages: [],
    expires: '2027-06-30',
    ...of,
  };
}

function finding(): Finding {
  const part = { arch: null, version: '3.0.11-1~deb12u2', fixedIn: '3.0.14-1~deb12u1', manager: 'OS' };
  return {
    arn: 'arn:aws:inspector2:eu-central-1:123456789012:finding/1',
    instance: 'i-1',
    vulnerabilityId: 'CVE-2024-2511',
    title: 'CVE-2024-2511 - openssl, libssl3',
    severity: 'MEDIUM',
    status: 'ACTIVE',
    fixAvailable: 'YES',
    exploitAvailable: false,
    score: 5.9,
    vendorSeverity: null,
    vendorCreatedAt: null,
    vendorUpdatedAt: null,
    firstObservedAt: AT,
    updatedAt: AT,
    packages: [
      { name: 'openssl', ...part },
      { name: 'libssl3', ...part },
    ],
  };
}
