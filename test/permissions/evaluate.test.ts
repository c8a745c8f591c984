import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allowing, type Request, type Statement } from './evaluate.ts';

describe('the evaluator', () => {
  const allow = (more: Partial<Statement>): Statement => ({
    Sid: 's',
    Effect: 'Allow',
    Action: 'ssm:Get*',
    Resource: '*',
    ...more,
  });
  const request: Request = {
    action: 'ssm:GetCommand',
    resource: 'arn:aws:ssm:::x/1',
    context: { tag: 'web', keys: ['a#1', 'b'] },
  };

  test('wildcards, conditions, denials', () => {
    const rows: [Statement[], boolean][] = [
      [[allow({})], true],
      [[allow({ Action: 'SSM:getcommand' })], true],
      [[allow({ Action: 'ssm:Get?ommand' })], true],
      [[allow({ Action: 'ssm:List*' })], false],
      [[allow({ Resource: 'arn:aws:ssm:::x/*' })], true],
      [[allow({ Resource: 'arn:aws:ssm:::y/*' })], false],
      [[allow({ Condition: { StringEquals: { tag: ['a', 'web'] } } })], true],
      [[allow({ Condition: { StringEquals: { tag: 'We*' } } })], false],
      [[allow({ Condition: { StringLike: { tag: 'w*' } } })], true],
      [[allow({ Condition: { StringEquals: { absent: 'web' } } })], false],
      [[allow({}), allow({ Effect: 'Deny', Resource: '*' })], false],
      [[allow({ Condition: { 'ForAllValues:StringLike': { keys: ['a#*', 'b'] } } })], true],
      [[allow({ Condition: { 'ForAllValues:StringLike': { keys: 'a#*' } } })], false],
      [[allow({ Condition: { 'ForAllValues:StringLike': { absent: 'a' } } })], true],
      [[allow({ Condition: { 'ForAllValues:StringLike': { absent: 'a' }, Null: { absent: 'false' } } })], false],
      [[allow({ Condition: { Null: { keys: 'false', absent: 'true' } } })], true],
    ];
    for (const [statements, allowed] of rows)
      assert.equal(allowing(statements, request).length > 0, allowed, JSON.stringify(statements));
  });

  test('an operator that it does not know is no leave', () => {
    assert.throws(
      () => allowing([allow({ Condition: { IpAddress: { tag: 'x' } } })], request),
      /IpAddress is not known/,
    );
  });
});
