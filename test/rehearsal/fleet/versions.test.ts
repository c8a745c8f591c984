import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareVersions, evr } from '#rehearsal/fleet/versions.ts';

/** Each older than the next, by the rules of deb-version(7). */
const DEB = [
  ['1.0~rc1-1', '1.0-1'],
  ['1.0-1', '1.0-1+deb12u1'],
  ['1.0-1~deb12u1', '1.0-1'],
  ['3.0.9-1', '3.0.14-1~deb12u1'],
  ['3.0.14-1~deb12u1', '3.0.14-1~deb12u2'],
  ['9.99-1', '1:1.0-1'],
  ['1.2.3a-1', '1.2.3+b-1'],
  ['7.88.1-10', '7.88.1-10+deb12u7'],
  ['1.22.1-9', '1.22.1-9+deb12u1'],
  ['2.9.14+dfsg-1.2', '2.9.14+dfsg-1.3~deb12u1'],
  ['6.1.90-1', '6.1.106-1'],
] as const;

/** By rpm-version(7). */
const RPM = [
  ['1.0~rc1-1', '1.0-1'],
  ['1.0-1', '1.0^git1-1'],
  ['1.0^git1-1', '1.0.1-1'],
  ['8.3.0-1.amzn2023.0.2', '8.3.0-1.amzn2023.0.10'],
  ['1.0a-1', '1.0.1-1'],
  ['2:9.0-1', '3:1.0-1'],
  ['10.0.20348.2461', '10.0.20348.2527'],
] as const;

test('dpkg order: older before newer, both ways round', () => {
  for (const [older, newer] of DEB) {
    assert.ok(compareVersions('deb', older, newer) < 0, `${older} < ${newer}`);
    assert.ok(compareVersions('deb', newer, older) > 0, `${newer} > ${older}`);
  }
});

test('rpm order: older before newer, both ways round', () => {
  for (const [older, newer] of RPM) {
    assert.ok(compareVersions('rpm', older, newer) < 0, `${older} < ${newer}`);
    assert.ok(compareVersions('rpm', newer, older) > 0, `${newer} > ${older}`);
  }
});

test('an epoch of zero is the same as none, and leading zeros count for nothing', () => {
  for (const order of ['deb', 'rpm'] as const) {
    assert.equal(compareVersions(order, '0:1.2-3', '1.2-3'), 0);
    assert.equal(compareVersions(order, '1.02-3', '1.2-03'), 0);
  }
});

test('both orders are total: antisymmetric and transitive', () => {
  const part = fc.string({
    unit: fc.constantFrom('0', '1', '9', 'a', 'Z', '.', '+', '~', '-'),
    minLength: 1,
    maxLength: 8,
  });
  for (const order of ['deb', 'rpm'] as const) {
    fc.assert(
      fc.property(part, part, part, (a, b, c) => {
        const [ab, ba] = [Math.sign(compareVersions(order, a, b)), Math.sign(compareVersions(order, b, a))];
        assert.equal(ab + ba, 0);
        if (ab <= 0 && compareVersions(order, b, c) <= 0) assert.ok(compareVersions(order, a, c) <= 0);
      }),
    );
  }
});

test('a version is taken apart at the first colon and the last dash', () => {
  assert.deepEqual(evr('1:2.39.5-0+deb12u1'), { epoch: 1, version: '2.39.5', release: '0+deb12u1' });
  assert.deepEqual(evr('1.34+dfsg-1.2'), { epoch: 0, version: '1.34+dfsg', release: '1.2' });
  assert.deepEqual(evr('2024a'), { epoch: 0, version: '2024a', release: null });
});
