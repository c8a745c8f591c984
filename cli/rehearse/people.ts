import { campaigns } from '#aws/campaigns.ts';
import type { Decisions } from '#domain/campaign/approval.ts';
import { instant } from '#domain/instant.ts';
import type { Mail, Rehearsal } from '#rehearsal/api.ts';
import type { Scenario } from '#rehearsal/scenario/scenario.ts';
import { decideSigned, type PersonsAnswer } from '../account/approve.ts';

type Answer = 'yes' | 'no' | 'never';

/** As whom the command calls AWS: what an operator would do, and what people answer. */
export const OPERATOR = 'operator';
const APPROVER = 'arn:aws:iam::123456789012:user/approver';

/** A link of ours, whole. */
const LINK = /https:\/\/\S+\/\?a=(\S+)\.([a-z0-9-]+)&s=[\w-]+/;

interface Due {
  link: string;
  campaign: string;
  ring: string;
  answer: 'yes' | 'no';
}

/**
 * The people of a rehearsal: they read their mail, and after the minutes that the scenario gives them they open its link, read the
 * page, type the word and send the form.
 */
export class People {
  readonly #rehearsal: Rehearsal;
  readonly #answers: Scenario['answers'];
  #mails = 0;
  readonly #read = new Set<string>();
  readonly #due: Due[] = [];

  /** `approve` overrules what the scenario says; where neither says anything, the answer is yes. */
  constructor(rehearsal: Rehearsal, answers: Scenario['answers'], approve: Answer | undefined) {
    this.#rehearsal = rehearsal;
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
      this.#consider(mail);
    }
    for (const due of this.#due.splice(0)) await this.#answer(due);
  }

  #consider({ body, attributes }: Mail): void {
    const [link, campaign, ring] = LINK.exec(body) ?? [];
    // A mail may come twice, and people answer once.
    if (attributes.kind !== 'approval' || !link || !campaign || !ring || this.#read.has(link)) return;
    this.#read.add(link);
    const said = this.#answers.find((each) => each.ring === undefined || each.ring === ring);
    if (!said || said.answer === 'never') return;
    const due = { link, campaign, ring, answer: said.answer };
    this.#rehearsal.clock.after(said.afterMinutes * 60_000, 'somebody answers', () => this.#due.push(due));
  }

  async #answer({ link, campaign, ring, answer }: Due): Promise<void> {
    const page = await this.#rehearsal.visit({ method: 'GET', url: link });
    const [, word] = /Type <code>([0-9a-f]+)<\/code>/.exec(page.body) ?? [];
    if (word) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const body = new URLSearchParams({ decision: answer, word }).toString();
      await this.#rehearsal.visit({ method: 'POST', url: link, headers, body });
    } else if (page.body.includes('patchwright approve')) {
      await this.#byCommand({ campaign, ring, decision: answer });
    } // else the time is over, or it was answered
  }

  /** As the command line does it; the call is Lambda's own visit, since nobody waits for a function within a task. */
  async #byCommand(decision: PersonsAnswer): Promise<void> {
    const take: Decisions['take'] = async (url, said) => {
      const body = JSON.stringify(said);
      const answer = await this.#rehearsal.visit({ method: 'POST', url, headers: JSON_BODY, body, as: APPROVER });
      return JSON.parse(answer.body);
    };
    const asked = await this.#rehearsal.act(OPERATOR, () => campaigns.approval(decision.campaign, decision.ring));
    const ports = { campaigns: { ...campaigns, approval: async () => asked }, decisions: { take } };
    await decideSigned(decision, ports, instant(this.#rehearsal.clock.now()));
  }
}

const JSON_BODY = { 'content-type': 'application/json' };
