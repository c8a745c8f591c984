/** The packaged template against the rules that AWS's services enforce by themselves. Each rule is shown to be able to fail. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { packaged, type Template } from '../permissions/packaged.ts';
import { functions } from './functions.ts';
import { kept } from './kept.ts';
import { keys } from './keys.ts';
import { machines } from './machines.ts';
import { messages } from './messages.ts';
import { first, type Rule, type Stack } from './rule.ts';
import { watching } from './watching.ts';

const RULES: Rule[] = [...messages, ...functions, ...machines, ...keys, ...watching, ...kept];

describe('rules that only the services enforce', { timeout: 600_000 }, () => {
  let template: Template;
  before(() => {
    template = packaged(['--param', 'mode=act']).template; // observing holds less: no patch group is registered
  });
  const stack = (lambdaQuota = 10): Stack => ({ template: structuredClone(template), lambdaQuota });

  test('the packaged template breaks none of them, in a new account too', (t) => {
    const broken = RULES.flatMap(({ rule, broken }) => broken(stack()).map((fault) => `${rule}: ${fault}`));
    // .ci/run reads this line.
    t.diagnostic(
      `service rules: ${RULES.length - new Set(broken.map((one) => one.split(': ')[0])).size} of ${RULES.length} hold`,
    );
    assert.deepEqual(broken, []);
  });

  test('each says where it is from, and none is there twice', () => {
    for (const { rule, source } of RULES) assert.ok(source.length > 8, rule);
    assert.equal(new Set(RULES.map(({ rule }) => rule)).size, RULES.length);
  });

  for (const { rule, broken, plant } of RULES)
    test(`broken once it is told: ${rule}`, () => {
      const planted = stack();
      plant(planted);
      assert.notDeepEqual(broken(planted), []);
    });

  test('an account whose Lambda quota is 10 takes the template, and not with calls that are kept; one of 1,000 takes both', () => {
    const [reserved] = functions;
    assert.ok(reserved);
    const withFive = (quota: number) => {
      const planted = stack(quota);
      first(planted, 'AWS::Lambda::Function').ReservedConcurrentExecutions = 5;
      return reserved.broken(planted);
    };
    assert.deepEqual([reserved.broken(stack(10)), reserved.broken(stack(1000)), withFive(1000)], [[], [], []]);
    assert.deepEqual(withFive(10), ['5 of 10 reserved, 10 must be left']);
    assert.deepEqual(withFive(104), ['5 of 104 reserved, 100 must be left']);
  });

  test('trap 44: one policy for two topics is told, and so is a schedule under a key that its role cannot open', () => {
    const told = (table: Rule[], start: string) => {
      const found = table.find(({ rule }) => rule.startsWith(start));
      const planted = stack();
      found?.plant(planted);
      return found?.broken(planted);
    };
    const topics = ['notices', 'approvals'].map(
      (name) => `arn:aws:sns:eu-central-1:123456789012:patchwright-dev-${name}`,
    );
    const [one] = told(messages, 'SNS: a statement of a topic policy') ?? [];
    for (const topic of topics) assert.ok(one?.includes(topic), one);
    assert.match(told(keys, 'Scheduler: a schedule with a key')?.join() ?? '', /cannot open arn:aws:kms/);
  });
});
