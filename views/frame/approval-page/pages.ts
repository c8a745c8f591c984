/** Everything that a visit to the page of an approval can get. */

import type { Decided } from '#domain/campaign/approval.ts';
import { wordOf } from '#domain/campaign/approval-link.ts';
import type { Approval } from '#domain/campaign/records.ts';
import type { Answered } from '#domain/campaign/visit.ts';
import type { Instant } from '#domain/instant.ts';
import { minute } from '#domain/instant.ts';
import { plural } from '#domain/plural.ts';
import type { FormFault } from '#views/frame/approval-page/form.ts';
import { CONTENT_POLICY, PAGE_STYLE } from '#views/frame/approval-page/style.ts';
import { Html, html } from '#views/frame/html.ts';

/** A loop's question as the page shows it. */
export interface AskedPage {
  title: string;
  campaign: string;
  scopeHash: string;
  askedAt: Instant;
  place: string; // where the evidence lies
  sections(open: boolean): Html[]; // `open`: it may still be decided
  yes: string; // what a yes does, beside the choice
  no: string;
  told: { yes: string; starts: string; no: string; unchanged: string }; // after a decision; `starts`: when it begins
  commands: string[]; // by which a person answers with their AWS credentials
}

/** The question, with a form if it may still be decided here. */
export function asking(asked: AskedPage, approval: Approval, now: Instant, fault?: FormFault): Answered {
  const open = approval.decision === null && now <= approval.expiresAt;
  const form = open && approval.decide === 'link' ? formOf(asked, fault) : null;
  const notice = open ? (approval.decide === 'iam' ? byCommand(asked) : null) : standing(approval, asked);
  const log = { approval: idOf(approval), what: fault ?? 'shown' };
  const parts = [notice, ...asked.sections(open), form];
  const skip = form ? html`<p><a href="#decide">To the decision</a></p>` : null;
  const lead = open ? html`<p>${deadline(approval.expiresAt, now)} Silence means no.</p>` : null;
  return answered(fault ? 422 : 200, asked.title, html`${lead}${skip}${parts}${footer(asked)}`, log);
}

/** After a POST with the word. */
export function deciding(asked: AskedPage, decided: Decided, said: 'yes' | 'no', now: Instant): Answered {
  const { approval, delivered, what } = decided;
  const log = { approval: idOf(approval), what, decision: said };
  const told = (status: number, tone: string, title: string, text: Html | string) =>
    answered(status, title, html`<div class="told ${tone}" role="status"><p>${text}</p></div>${footer(asked)}`, log);
  switch (what) {
    case 'recorded':
    case 'repeated': {
      const title = `Your ${said} is recorded`;
      const again = what === 'repeated' ? 'It was recorded before; nothing more was done. ' : '';
      const slow = delivered ? '' : 'AWS could not be told yet; this is tried again every 15 minutes. ';
      const start = what === 'recorded' ? ` ${asked.told.starts}` : '';
      const then = said === 'yes' ? `${asked.told.yes}${start}` : asked.told.no;
      return told(delivered ? 200 : 202, said === 'yes' ? 'good' : '', title, `${again}${slow}${then}`);
    }
    case 'opposite':
      return told(
        409,
        'bad',
        'This was decided before',
        `${standingWords(approval, asked)} It cannot be changed here.`,
      );
    case 'late':
      return told(
        410,
        'bad',
        'This came too late',
        `It could be answered until ${minute(approval.expiresAt)}; it is ${minute(now)} now. Silence means no: ${asked.told.unchanged}.`,
      );
    case 'widened':
      return told(
        409,
        'bad',
        'The plan changed',
        'It is no longer what this link asks about, so this yes is not taken. A no still is.',
      );
    case 'replaced':
      return told(409, 'bad', 'This was asked anew', 'A later mail has a newer link. Please look there.');
    case 'way':
    case 'starter':
      return refused('iam-only', approval);
  }
}

const REFUSED = {
  method: [405, 'Not so', 'This page can be looked at (GET) and answered (POST).'],
  'no-link': [
    404,
    'Nothing is here',
    'The link is not whole. Please open it from the mail again, to its last character.',
  ],
  'too-long': [413, 'Too long', 'A decision is shorter than this. Nothing was decided.'],
  'no-form': [415, 'Not a form', 'A decision comes from the form of the page. Nothing was decided.'],
  'wrong-link': [
    403,
    'This link opens nothing',
    'It is not whole, or a later mail has replaced it. Nothing was decided.',
  ],
  'iam-only': [
    403,
    'Not on this page',
    'The policy lets this be decided only with AWS credentials: patchwright approve, or patchwright deny. Nothing was decided.',
  ],
} as const;

/** Says no more than who asks may know: without the right secret, not even whether there is such a campaign. */
export function refused(why: keyof typeof REFUSED, approval?: Approval): Answered {
  const [status, title, text] = REFUSED[why];
  const log = { what: why, ...(approval ? { approval: idOf(approval) } : {}) };
  const page = answered(status, title, html`<div class="told bad"><p>${text}</p></div>`, log);
  return why === 'method' ? { ...page, headers: { ...page.headers, allow: 'GET, HEAD, POST' } } : page;
}

function formOf({ scopeHash, title, yes, no }: AskedPage, fault?: FormFault): Html {
  const word = wordOf(scopeHash);
  const alert = fault ? html`<p class="fault" id="fault" role="alert">${FAULTS[fault]} Nothing was decided.</p>` : null;
  const wrong = fault === 'no-word' || fault === 'wrong-word' ? html` aria-invalid="true" autofocus` : null;
  return html`<form method="post" id="decide" aria-labelledby="decide-title">
<h2 id="decide-title">Your decision</h2>${alert}
<fieldset><legend>${title}</legend>
<label class="choice"><input type="radio" name="decision" value="yes" required><span><strong>Yes.</strong> ${yes}</span></label>
<label class="choice"><input type="radio" name="decision" value="no" required><span><strong>No.</strong> ${no}</span></label>
</fieldset>
<label class="word" for="word">Type <code>${word}</code> to confirm</label>
<input id="word" name="word" required maxlength="20" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="word-why${fault ? ' fault' : ''}"${wrong}>
<p class="soft" id="word-why">The first six characters of the scope hash, to which your answer is bound. It keeps programs that open mails from deciding.</p>
<button>Send my decision</button>
</form>`;
}

const FAULTS: Record<FormFault, string> = {
  'no-decision': 'Please choose yes or no.',
  'no-word': 'Please type the six characters.',
  'wrong-word': 'These are not the six characters that are shown.',
};

function standing(approval: Approval, asked: AskedPage): Html {
  const tone = approval.decision === 'yes' ? 'good' : 'bad';
  return html`<div class="told ${tone}" role="status"><p>${standingWords(approval, asked)}</p></div>`;
}

function standingWords({ decision, by, decidedAt, expiresAt }: Approval, { told }: AskedPage): string {
  if (decision === null || decision === 'silence')
    return `Nobody answered until ${minute(expiresAt)}. Silence means no: ${told.unchanged}.`;
  const said = decision === 'yes' ? 'approved' : 'denied';
  return `This was ${said}${by ? ` by ${by}` : ''}${decidedAt ? `, ${minute(decidedAt)}` : ''}.`;
}

function byCommand({ commands }: AskedPage): Html {
  return html`<div class="told"><p>This page only shows. The policy lets it be decided with AWS credentials:</p>
${commands.map((command) => html`<p><code>${command}</code></p>`)}</div>`;
}

function footer({ campaign, scopeHash, place, askedAt }: AskedPage): Html {
  return html`<footer><p>Campaign <code>${campaign}</code>, asked ${minute(askedAt)}</p>
<p>Scope hash <code>${scopeHash}</code></p><p>Evidence <code>${place}</code></p></footer>`;
}

const idOf = ({ campaign, ring }: Approval) => `${campaign}.${ring}`;

function answered(status: number, title: string, body: Html, log: Answered['log']): Answered {
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>${title} - patchwright</title><style>${new Html(PAGE_STYLE)}</style></head>
<body><main><p class="product">patchwright</p><h1>${title}</h1>${body}</main></body></html>
`;
  return { status, headers: HEADERS, body: page.text, log };
}

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': CONTENT_POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow',
};

function deadline(expiresAt: Instant, now: Instant): string {
  const minutes = Math.max(0, Math.floor((Date.parse(expiresAt) - Date.parse(now)) / 60_000));
  const left = minutes >= 120 ? `${Math.floor(minutes / 60)} hours` : plural(minutes, 'minute');
  return `Please answer by ${minute(expiresAt)}, in ${left}.`;
}
