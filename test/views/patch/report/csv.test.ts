import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { csvHead, csvLine, FINDING_FIELDS, INSTANCE_FIELDS } from '#views/patch/report/csv.ts';
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
  ['a;b', 'i-1,"a;b",canary'],
  ['＝1', "i-1,'＝1,canary"],
  ['Grüße 🔧', 'i-1,Grüße 🔧,canary'],
];
for (const [name, expected] of CELLS) {
  test(`a name ${JSON.stringify(name)} is one cell, and no formula`, () => {
    assert.equal(cellOf(name), expected);
  });
}

/** The cells of a line as a spreadsheet reads them whose list separator is `separator`: quotes count at a cell's start only. */
function cellsBy(separator: string, line: string): string[] {
  const cells: string[] = [];
  for (let at = 0; at <= line.length; at++) {
    let text = '';
    if (line[at] === '"') {
      for (at++; at < line.length; at++) {
        if (line[at] !== '"') text += line[at];
        else if (line[at + 1] === '"') text += line[at++];
        else break;
      }
      at++;
    }
    for (; at < line.length && line[at] !== separator; at++) text += line[at];
    cells.push(text);
  }
  return cells;
}

test('by either list separator no text begins a cell that is a formula', () => {
  const hostile = fc
    .array(fc.constantFrom(...';,"\'=+-@＝ \t\nx1|'), { maxLength: 12 })
    .map((characters) => characters.join(''));
  fc.assert(
    fc.property(hostile, (name) => {
      const line = csvLine(INSTANCE_FIELDS, instance({ name })).trimEnd();
      for (const separator of [',', ';'])
        for (const text of cellsBy(separator, line)) assert.doesNotMatch(text.trim(), /^[=+\-@＝＋－＠]/, line);
      assert.equal(cellsBy(',', line).length, INSTANCE_FIELDS.length);
    }),
    { numRuns: 5000, examples: [['a;=1+1'], ['a; =1'], ['a;"=1"'], [';;@x']] },
  );
});

test('a new finding has its kind for a reason, and every ARN is there', () => {
  const line = csvLine(FINDING_FIELDS, row({ bucket: 'new', newKind: 'advisory', arn: 'arn:aws:f' }));
  assert.match(line, /,new,advisory,.*,arn:aws:f\r\n$/);
});
