import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvHead, csvLine, FINDING_FIELDS, INSTANCE_FIELDS } from '../../../domain/report/csv.ts';
import { instance, row } from './fixture.ts';

const cellOf = (name: string) => csvLine(INSTANCE_FIELDS, instance({ name })).split(',eu-central-1a')[0];

test('a line has as many cells as the head', () => {
  for (const [head, line] of [
    [csvHead(FINDING_FIELDS), csvLine(FINDING_FIELDS, row({ words: 'no comma' }))],
    [csvHead(INSTANCE_FIELDS), csvLine(INSTANCE_FIELDS, instance())],
  ])
    assert.equal(line?.split(',').length, head?.split(',').length);
});

const CELLS: [string, string][] = [
  ['plain', 'i-1,plain,canary'],
  ['a, "b"', 'i-1,"a, ""b""",canary'],
  ['=HYPERLINK("http://x")', 'i-1,"\'=HYPERLINK(""http://x"")",canary'],
  ['+1', "i-1,'+1,canary"],
  ['-1', "i-1,'-1,canary"],
  ['@SUM(A1)', "i-1,'@SUM(A1),canary"],
  ['\t=1', "i-1,'=1,canary"],
  ['two\r\nlines', 'i-1,two lines,canary'],
  ['Grüße 🔧', 'i-1,Grüße 🔧,canary'],
];
for (const [name, expected] of CELLS) {
  test(`a name ${JSON.stringify(name)} is one cell, and no formula`, () => {
    assert.equal(cellOf(name), expected);
  });
}

test('a new finding has its kind for a reason, and every ARN is there', () => {
  const line = csvLine(FINDING_FIELDS, row({ bucket: 'new', newKind: 'advisory', arn: 'arn:aws:f' }));
  assert.match(line, /,new,advisory,.*,arn:aws:f\r\n$/);
});
