/** The kinds of fault that asl-validator names, and those of a machine as a whole: the service refuses each with AWS's code and place. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as types from 'asl-validator/dist/src/types.js';
import type { Rehearsal } from '#rehearsal/api.ts';
import { openSample } from '../../../sample.ts';
import { FAULTS, IN_JSONPATH, NEVER, TAKEN } from './definitions-with-faults.ts';
import { Service, validator } from './validators.ts';

let rehearsal: Rehearsal;
let service: Service;
before(async () => {
  rehearsal = await openSample();
  service = new Service(rehearsal);
});
after(() => rehearsal.close());

for (const [what, theirs, definition, code, location, words] of FAULTS) {
  test(`refused: ${what} (${theirs})`, async () => {
    const found = validator(definition);
    assert.ok(
      found.some((one) => one.startsWith(`${theirs}: `)),
      found.join('\n'),
    );
    const { result, diagnostics, created, updated } = await service.judge(definition);
    assert.equal(result, 'FAIL');
    const place = diagnostics.find((one) => one.location === location && one.code === code);
    assert.match(place?.message ?? JSON.stringify(diagnostics), words);
    for (const told of [created, updated]) {
      assert.match(told, /^InvalidDefinition: Invalid State Machine Definition: '/);
      assert.ok(told.includes(`${code}: ${place?.message} at ${location ?? null}`), told);
    }
  });
}

for (const [theirs, definition] of IN_JSONPATH) {
  test(`in JSONPath only, which is refused by name: ${theirs}`, async () => {
    const found = validator(definition);
    assert.ok(
      found.some((one) => one.startsWith(`${theirs}: `)),
      found.join('\n'),
    );
    const { diagnostics, created, updated } = await service.judge(definition);
    assert.deepEqual(
      [diagnostics[0]?.location, diagnostics[0]?.message],
      ['/QueryLanguage', 'not rehearsed: JSONPath (QueryLanguage must be JSONata)'],
    );
    for (const told of [created, updated]) assert.match(told, /^InvalidDefinition: .*not rehearsed: JSONPath/);
  });
}

for (const [what, definition, why] of TAKEN) {
  test(`asl-validator refuses and AWS takes: ${what}`, async () => {
    assert.notDeepEqual(validator(definition), [], 'not needed any more');
    const { result, diagnostics, created } = await service.judge(definition);
    assert.deepEqual([result, diagnostics, created], ['OK', [], 'made'], why);
  });
}

test('every code of asl-validator has its definition', () => {
  const codes = Object.values(types.StateMachineErrorCode);
  assert.ok(codes.length >= 20);
  const shown = new Set([
    ...FAULTS.map(([, code]) => code),
    ...IN_JSONPATH.map(([code]) => code),
    ...Object.keys(NEVER),
  ]);
  assert.deepEqual([...shown].sort(), [...codes].sort());
});

/** What is no definition at all: text, code, words. asl-validator reads JSON only. */
for (const [text, code, words] of [
  ['{', 'INVALID_JSON_DESCRIPTION', /line 1 column 2|position 1/],
  ['', '', /definition/],
  ['null', 'MISSING_DESCRIPTION', /null or empty/],
  ['[]', 'SCHEMA_VALIDATION_FAILED', /\[OBJECT\]/],
  ['"A"', 'SCHEMA_VALIDATION_FAILED', /\[OBJECT\]/],
  ['{}', 'SCHEMA_VALIDATION_FAILED', /JSONPath/],
  ['{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":null}}', 'SCHEMA_VALIDATION_FAILED', /\[OBJECT\]/],
  ['{"QueryLanguage":"JSONata","StartAt":"A","States":{}}', 'SCHEMA_VALIDATION_FAILED', /non-empty/],
  [
    `{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Pass","End":true,"Output":${'['.repeat(100_000)}${']'.repeat(100_000)}}}}`,
    'TOO_DEEPLY_NESTED',
    /nested/,
  ],
] as const)
  test(`no definition: ${text.slice(0, 60)}`, async () => {
    if (text === '') {
      await assert.rejects(service.judgeText(text), { name: 'ValidationException', message: words });
      return;
    }
    const { result, diagnostics, created } = await service.judgeText(text);
    assert.equal(result, 'FAIL');
    assert.ok(
      diagnostics.some((one) => one.code === code && words.test(String(one.message))),
      JSON.stringify(diagnostics),
    );
    assert.match(created, /^InvalidDefinition: /);
  });
