/**
 * What each file of evidence has to hold for the rest of `verify` to compute with it. Words (reasons, outcomes, kinds) and keys
 * that came later are free: a newer version may have more of them.
 */
import { z } from 'zod';

const text = z.string();
const number = z.number();
const flag = z.boolean();
const maybe = text.nullable();
const texts = z.array(text);
/** Becomes part of paths: nothing that leaves a folder. */
const ring = text.regex(/^[^/\\]+$/, 'has to be the name of a ring').refine((name) => !['.', '..'].includes(name));
const { looseObject: keys, array, record } = z;

const trigger = keys({ kind: text, id: text, at: text, by: text });
const opened = { campaign: text, group: text, execution: text, trigger, openedAt: text };
const verdict = keys({
  ring,
  verdict: text,
  reasons: array(keys({ row: text, words: text })),
  at: text,
  planned: number,
  patched: number,
  failed: number,
  looked: number,
  restsOn: maybe,
});
const approval = keys({
  ring,
  scopeHash: text,
  askedAt: text,
  expiresAt: text,
  decision: maybe,
  by: maybe,
  decidedAt: maybe,
});
const counts = record(text, number);
const waiver = keys({ id: text, vulnerabilities: texts, instances: texts, packages: texts, expires: text });
const scan = keys({
  snapshotId: text,
  sentAt: text,
  done: texts,
  failed: array(keys({ id: text, words: text })),
  commands: array(keys({ id: text, instances: texts })),
});
const survey = keys({ at: text, rings: array(keys({ ring, hosts: number, findings: number })) });

const finding = keys({
  arn: text,
  instance: text,
  vulnerabilityId: text,
  title: text,
  severity: text,
  status: text,
  firstObservedAt: text,
  updatedAt: text,
  packages: array(keys({ name: text, version: text, arch: maybe, fixedIn: maybe, manager: text })),
});
const surveyed = {
  id: text,
  ring: maybe,
  managed: keys({ platform: text, ping: text }).nullable(),
  coverage: keys({ status: text, reason: text, scanMode: maybe, lastScannedAt: maybe }).nullable(),
  patches: array(keys({ title: text, kb: text, status: text, cveIds: texts })),
  findings: array(finding),
};
const member = keys({ id: text, state: text, zone: text, tags: record(text, text) });

const host = keys({
  id: text,
  status: text,
  wave: number.nullable(),
  words: text,
  sentAt: maybe,
  finishedAt: maybe,
  backAt: maybe,
  installed: number,
  packages: texts,
  lookedAt: maybe,
});

/** File, or the folder that it lies in → what it holds; of packed files, what each line does. */
const SHAPES: Record<string, z.ZodType> = {
  'manifest.json': keys({
    by: text,
    group: text,
    campaign: text,
    closedAt: text,
    previous: keys({ campaign: text, manifest: text }).nullable(),
    files: array(keys({ path: text, sha256: text, bytes: number })),
    hash: text,
  }),
  'opened.json': keys(opened),
  'campaign.json': keys({
    ...opened,
    closedAt: text,
    outcome: text,
    why: text,
    scopeHash: maybe,
    planHash: maybe,
    verdicts: array(verdict),
    approvals: array(approval),
  }),
  'policy.json': keys({ hash: text, group: keys({ name: text, reboot: text, waivers: array(waiver) }) }),
  'before.json': survey,
  'after.json': survey,
  'plan.json': keys({
    mode: text,
    at: text,
    policyHash: text,
    scopeHash: text,
    planHash: text,
    reboot: text,
    proofMode: text,
    baselines: array(keys({ id: text, os: text, contentHash: text })),
    rings: array(keys({ ring, hosts: number, atOnce: number, waves: number, expected: counts, approval: flag })),
    left: array(keys({ id: text, ring: maybe, why: text, words: text })),
    before: counts,
    expected: counts,
    byFate: counts,
    warnings: texts,
    fits: keys({ ok: flag, words: text }),
  }),
  'notice.json': keys({ subject: text, body: text }),
  'commands.json': array(
    keys({ ring: text, wave: number, instances: texts, at: text, state: text, commandId: maybe, words: text }),
  ),
  'scans/': scan,
  'plan/': keys({ ring, hosts: array(keys({ id: text, os: text })), atLevel: texts }),
  'rings/': keys({
    ring,
    startedAt: text,
    firstSentAt: maybe,
    lastDoneAt: maybe,
    hosts: array(host),
    stopped: keys({ why: text, words: text, at: text }).nullable(),
    scan: scan.nullable(),
    alarms: array(keys({ name: text, state: text })),
    verdict: verdict.nullable(),
  }),
  'before/': keys({ ...surveyed, rings: texts, member, patchScan: text }),
  'after/': keys({ ...surveyed, member: member.nullable() }),
  'plan/.gz': keys({ arn: text, instance: text, vulnerabilityId: text, severity: text, fate: text, words: text }),
  'delta/': keys({
    arn: text,
    instance: text,
    ring: maybe,
    vulnerabilityId: text,
    title: text,
    package: text,
    severity: text,
    bucket: text,
    reason: maybe,
    newKind: maybe,
    words: text,
  }),
  'instances/': keys({ id: text, name: text, ring: maybe, patch: text, words: text, findings: counts }),
};

/** What is wrong with what a file, or a line of it, holds; null where it can be computed with. */
export function misshapen(file: string, value: unknown): string | null {
  const folder = file.slice(0, file.indexOf('/') + 1);
  const shape = SHAPES[file] ?? (file.endsWith('.gz') ? SHAPES[`${folder}.gz`] : undefined) ?? SHAPES[folder];
  const issue = shape?.safeParse(value).error?.issues[0];
  if (!issue) return null;
  return `is not what it has to be: ${issue.path.length > 0 ? issue.path.join('.') : 'the whole'}: ${issue.message}`;
}
