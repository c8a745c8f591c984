import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { BadInput } from '../../../cli/bad-input.ts';
import { Interrupted } from '../../../cli/exit.ts';
import type { Rehearsing } from '../../../cli/rehearse/conduct.ts';
import { RehearsedSchema } from '../../../cli/rehearse/document.ts';
import { type RehearseOptions, rehearse } from '../../../cli/rehearse/rehearse.ts';
import { scenarioOf } from '../../../cli/rehearse/scenarios.ts';
import type { Watcher } from '../../../cli/rehearse/watch.ts';
import { makeFindings } from './export-maker.ts';

const place = mkdtempSync(join(tmpdir(), 'patchwright-rehearsing-'));
after(() => rmSync(place, { recursive: true }));
const policy = join(import.meta.dirname, '../../../policy.yml');

const SMALL = 'approver-no'; // two canaries, four others, and an approval

function small(options: RehearseOptions = {}): Promise<Rehearsing> {
  return rehearse({ scenario: SMALL, policy, out: null, ...options });
}

describe('a rehearsal', () => {
  it('of an export of 2,500 findings on 3 hosts has exactly those before', async () => {
    const file = join(place, 'findings.json');
    const findings = [...makeFindings(2, 833), ...makeFindings(3, 834).slice(2 * 834)];
    writeFileSync(file, JSON.stringify({ findings }));
    const { run } = await rehearse({ findings: file, policy, out: null });
    assert.equal(run.delta?.before.total, 2500);
    assert.equal(run.campaign.outcome, 'Completed');
    const fixable = findings.filter(({ fixAvailable }) => fixAvailable === 'YES').length;
    assert.deepEqual([run.delta.fixed.total, run.delta.remainingByReason], [fixable, { 'no-fix': 2500 - fixable }]);
    assert.match(run.asides.join(), /3 hosts have no patch group and were put into web/);
  });

  it('is the same for the same seed, and another for another', async () => {
    const runs = [];
    for (const seed of [3, 3, 4]) runs.push(await small({ seed }));
    const [first, second, other] = runs.map(({ run, evidence, rehearsal }) => ({
      run: { ...run, realSeconds: 0 },
      evidence: [...evidence].map(([key, content]) => [key, Buffer.from(content).toString('base64')]),
      timeline: rehearsal.timeline.map(({ at, kind, subject, text }) => [at, kind, subject, text]),
      mails: rehearsal.inbox,
    }));
    assert.deepEqual(second, first);
    assert.notDeepEqual(other?.timeline, first?.timeline);
  });

  it('gives a document as the schema says', async () => {
    const { run } = await small();
    assert.deepEqual(RehearsedSchema.parse(run), run);
  });

  it('plays the people of the scenario, whom --approve overrules', async () => {
    const outcomes = [];
    for (const approve of [undefined, 'yes', 'never'] as const) {
      const { run, shown } = await small({ approve });
      outcomes.push([run.campaign.outcome, shown.record?.approvals[0]?.decision]);
    }
    assert.deepEqual(outcomes, [
      ['Denied', 'no'],
      ['Completed', 'yes'],
      ['Denied', 'silence'],
    ]);
  });

  it('takes a scenario as an object', async () => {
    const scenario = scenarioOf(SMALL);
    const { run } = await small({ scenario: { ...scenario, answers: [] } });
    assert.equal(run.campaign.outcome, 'Completed');
  });

  it('tells its watcher of both machines and of hosts patched', async () => {
    const told: string[] = [];
    const watcher: Watcher = {
      news: (at, who, words) => told.push(`${new Date(at).toISOString().slice(11, 16)} ${who} ${words}`),
      progress: (ring, done, total) => told.push(`${ring} ${done}/${total}`),
    };
    await small({ watcher });
    assert.equal(told[0], '20:00 web takes the lease');
    assert.ok(told.includes('canary 2/2'), told.join('\n'));
    assert.match(told.at(-1) ?? '', /web closed$/);
  });
});

describe('the copy of the evidence', () => {
  it("holds the campaign's files, its mails and the document", async () => {
    const out = join(place, 'out');
    const { run, evidence } = await small({ out });
    assert.equal(run.evidence, out);
    assert.deepEqual(JSON.parse(readFileSync(join(out, 'rehearsed.json'), 'utf8')), run);
    for (const [key, content] of evidence) {
      const path = join(out, key.slice(`web/${run.campaign.id}/`.length));
      assert.deepEqual(readFileSync(path), Buffer.from(content), path);
    }
    assert.deepEqual(readdirSync(join(out, 'mail')), ['01-approval.txt', '02-denied.txt']);
  });

  it('is not begun where the rehearsal is broken off', async () => {
    const interrupt = new AbortController();
    const watcher: Watcher = {
      news: (_at, _who, words) => {
        if (words === 'plan') interrupt.abort();
      },
      progress: () => undefined,
    };
    const out = join(place, 'broken');
    await assert.rejects(small({ out, watcher, signal: interrupt.signal }), Interrupted);
    assert.equal(existsSync(out), false);
    assert.deepEqual(
      readdirSync(place).filter((name) => name.startsWith('.')),
      [],
    );
    assert.equal((await small()).run.campaign.outcome, 'Denied', 'the next one runs as ever');
  });

  it('is looked at before anything runs', async () => {
    const told: string[] = [];
    const watcher: Watcher = { news: (_at, _who, words) => told.push(words), progress: () => undefined };
    await assert.rejects(small({ out: join(policy, 'below'), watcher }), BadInput);
    assert.deepEqual(told, []);
  });
});
