import assert from 'node:assert/strict';
import { test } from 'node:test';
import { regexFault } from '#domain/edge/regex-fault.ts';

for (const [pattern, fault] of [
  ['^/admin(?:/|$)', null],
  ['[(]\\([+]+', null],
  ['\\(x\\)\\\\1', null],
  ['(?i)select', null],
  ['a(?=b)(?!c)(?<=d)(?<!e)', null],
  ['a+?b*?', null],
  ['(a)', /capturing/],
  ['(?<n>a)', /capturing/],
  ["(?'n'a)", /capturing/],
  ['(?:a)\\1', /back reference/],
  ['a\\Kb', /\\K/],
  ['(*COMMIT)a', /verb/],
  ['(?C1)a', /callout/],
  ['(?(?=a)b|c)', /conditional/],
  ['a(?R)?', /recursion/],
  ['(?>a)', /atomic/],
  ['a++', /possessive/],
  ['a{2}+', /possessive/],
  ['(?:a', /no regular expression/],
  ['', /is empty/],
  ['a'.repeat(201), /201 characters/],
] as const)
  test(`a pattern for AWS WAF: ${pattern.slice(0, 20)} ${fault ? 'is refused' : 'is taken'}`, () => {
    const said = regexFault(pattern);
    if (fault) assert.match(said ?? '', fault);
    else assert.equal(said, null);
  });
