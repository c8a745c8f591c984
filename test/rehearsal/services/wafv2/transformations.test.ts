import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transformed } from '#rehearsal/services/wafv2/transformations.ts';

for (const [Type, given, made] of [
  ['NONE', 'A%20', 'A%20'],
  ['LOWERCASE', 'AbÀ', 'abÀ'],
  ['URL_DECODE', 'a%20b+c%zz%4', 'a b c%zz%4'],
  ['URL_DECODE', '%u0041', '%u0041'],
  ['URL_DECODE_UNI', '%u0041%uFF1cscript', 'A<script'],
  ['HTML_ENTITY_DECODE', '&lt;&#60;&#x3c;&QuOt;&unknown;', '<<<"&unknown;'],
  ['HTML_ENTITY_DECODE', '&apos;', '\\'],
  ['COMPRESS_WHITE_SPACE', 'a \t\n\xa0b', 'a b'],
  ['CMD_LINE', 'C^at "/etc,;  PASSWD" (x)', 'cat/etc passwd(x)'],
  ['NORMALIZE_PATH', '/a/./b/../../c//d', '/c/d'],
  ['NORMALIZE_PATH', '/../../etc/passwd', '/etc/passwd'],
  ['NORMALIZE_PATH', '../a', '../a'],
  ['NORMALIZE_PATH', 'a/.', 'a'],
  ['NORMALIZE_PATH', 'b/../../', '../'],
  ['NORMALIZE_PATH', '/..', ''],
  ['NORMALIZE_PATH_WIN', 'a\\..\\b', 'b'],
  ['REMOVE_NULLS', 'a\0b', 'ab'],
  ['REPLACE_COMMENTS', 'a/*x*/b/*c', 'a b '],
  ['BASE64_DECODE', 'PHNjcmlwdD4=', '<script>'],
  ['BASE64_DECODE', 'QUJDQU', 'ABC'],
  ['BASE64_DECODE', 'QUJD-', ''],
  ['JS_DECODE', '\\u003c\\x41\\101\\n\\q', '<AA\nq'],
  ['HEX_DECODE', '414243', 'ABC'],
] as const)
  test(`${Type} of ${JSON.stringify(given)}`, () => assert.equal(transformed(given, [{ Priority: 0, Type }]), made));

test('several in the order of their priority; one that is not rehearsed is refused by its name', () => {
  const order = (first: number, second: number) =>
    transformed('%26lt%3B', [
      { Priority: first, Type: 'HTML_ENTITY_DECODE' },
      { Priority: second, Type: 'URL_DECODE' },
    ]);
  assert.deepEqual([order(1, 0), order(0, 1)], ['<', '&lt;']);
  assert.throws(() => transformed('', [{ Priority: 0, Type: 'MD5' }]), /MD5 is not rehearsed/);
});
