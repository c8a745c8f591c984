import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SCHEMA_FILE, schemaJson } from '#policy/write-schema.ts';

test('schema: policy.schema.json is up to date (remedy: npm run schema)', () => {
  assert.equal(readFileSync(SCHEMA_FILE, 'utf8'), schemaJson());
});

test('schema: tells editors of keys, values and what they mean', () => {
  const schema = JSON.parse(schemaJson());
  const group = schema.properties.groups.additionalProperties;
  assert.deepEqual(schema.required, ['version', 'groups']);
  assert.equal(group.additionalProperties, false);
  assert.deepEqual(group.properties.mode.enum, ['observe', 'act']);
  const ring = group.properties.rings.items;
  assert.deepEqual(ring.required, ['name', 'tag', 'atOnce', 'soakMinutes']);
  assert.match(ring.properties.soakMinutes.description, /under watch/);
  for (const [key, property] of Object.entries<{ description?: string }>(group.properties)) {
    assert.ok(property.description, `${key} has no description`);
  }
});
