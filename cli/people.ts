import { campaigns } from '#aws/campaigns.ts';
import { engine } from '#aws/engine.ts';
import { instant } from '#domain/instant.ts';
import type { Approval } from '#domain/records.ts';
import type { Rehearsal } from '#rehearsal/api.ts';
import type { Scenario } from '#rehearsal/scenario.ts';

type Answer = 'yes' | 'no' | 'never';

/** As whom the command calls AWS: what an operator would do, and what people answer. */
export const OPERATOR = 'operator';
const APPROVER = 'approver@example.org';

/** The people of a rehearsal: they read their mail, and answer an approval after the minutes that the scenario gives them. */
export class People {
  readonly #rehearsal: Rehearsal;
  readonly #answers: Scenario['answers'];
  readonly #rings: string[];
  #mails = 0;
  readonly #due: { campaign: string; ring: string; answer: Answer }[] = [];

  /** `approve` overrules what the scenario says; where neither says anything, the answer is yes. */
  constructor(rehearsal: Rehearsal, rings: string[], answers: Scenario['answers'], approve: Answer | undefined) {
    this.#rehearsal = rehearsal;
    this.#rings = rings;
    this.#answers = approve ? answers.map((each) => ({ ...each, answer: approve })) : [...answers];
    this.#answers.push({ answer: approve ?? 'yes', afterMinutes: 10 });
  }

  /** Somebody has something to do: read a mail or send an answer. */
  get busy(): boolean {
    return this.#due.length > 0 || this.#rehearsal.inbox.length > this.#mails;
  }

  /** Reads new mail and sends the answers that are due. */
  async act(): Promise<void> {
    for (const mail of this.#rehearsal.inbox.slice(this.#mails)) {
      this.#mails++;
      const { kind, campaign } = mail.attributes;
      if (kind === 'approval' && campaign) await this.#consider(campaign);
    }
    for (const { campaign, ring, answer } of this.#due.splice(0)) await this.#answer(campaign, ring, answer);
  }

  async #consider(campaign: string): Promise<void> {
    for (const ring of this.#rings) {
      if (!(await this.#open(campaign, ring))) continue;
      const said = this.#answers.find((each) => each.ring === undefined || each.ring === ring);
      if (!said || said.answer === 'never') continue;
      const { answer, afterMinutes } = said;
      this.#rehearsal.clock.after(afterMinutes * 60_000, `${APPROVER} answers`, () =>
        this.#due.push({ campaign, ring, answer }),
      );
    }
  }

  #open(campaign: string, ring: string): Promise<Approval | null> {
    return this.#rehearsal.act(OPERATOR, async () => {
      const approval = await campaigns.approval(campaign, ring);
      return approval?.taskToken && approval.decision === null ? approval : null;
    });
  }

  async #answer(campaign: string, ring: string, decision: Answer): Promise<void> {
    const approval = await this.#open(campaign, ring);
    if (!approval) return; // the mail came twice, or the time is over
    const at = instant(this.#rehearsal.clock.now());
    const answer = { decision, scopeHash: approval.scopeHash, by: APPROVER, at };
    await this.#rehearsal.act(OPERATOR, () => engine.answer(approval.taskToken ?? '', answer));
  }
}
