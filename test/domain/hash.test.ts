import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonical, sha256 } from '#domain/hash.ts';

test('hash: sorted keys, undefined left out, lists in their order', () => {
  assert.equal(canonical({ b: [2, 1, undefined], a: { d: undefined, c: null } }), '{"a":{"c":null},"b":[2,1,null]}');
  assert.equal(canonical({ at: new Date(0) }), '{"at":"1970-01-01T00:00:00.000Z"}');
});

test('hash: sha256 in hex, of the canonical JSON', () => {
  // printf '{"a":1,"b":"ä"}' | sha256sum
  assert.equal(sha256({ b: 'ä', a: 1 }), 'f5300ffcfd6fd3fc2de46d700be90d43fd799cd9eb69da4737201006143d48a1');
});

test('hash: refuses what JSON would change in silence', () => {
  for (const value of [Number.NaN, { a: Number.POSITIVE_INFINITY }, [new Map()], new Set([1])]) {
    assert.throws(() => canonical(value), TypeError);
  }
});

test('hash: property: JSON that says the same, whatever the order of keys', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const plain = JSON.parse(JSON.stringify(value));
      assert.deepEqual(JSON.parse(canonical(plain)), plain);
      assert.equal(canonical(turned(plain)), canonical(plain));
    }),
  );
});

/** The same value with its keys in reverse. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, turned(member)]),
  );
}
