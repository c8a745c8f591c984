import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVersions } from '#domain/patch/packages/version-order.ts';

test('order: each OS has its distribution’s own', () => {
  // dpkg puts a letter before every other sign; to rpm the sign only separates, and a letter comes before a number.
  assert.equal(compareVersions('DEBIAN', '1.0+a', '1.0b'), 1);
  assert.equal(compareVersions('UBUNTU', '1.0+a', '1.0b'), 1);
  assert.equal(compareVersions('AMAZON_LINUX_2023', '1.0+a', '1.0b'), -1);
  assert.equal(compareVersions('SUSE', '1.0+a', '1.0b'), -1);
  assert.equal(compareVersions('WINDOWS', '10.0.20348.999', '10.0.20348.2700'), -1);
});
