/** Where each file of a campaign's evidence lies, below `folderOf` its campaign. */
export const files = {
  opened: 'opened.json',
  policy: 'policy.json',
  scanBefore: 'scans/before.json',
  membersBefore: 'before.members.json',
  membersAfter: 'after.members.json',
  surveyBefore: 'before.json',
  surveyAfter: 'after.json',
  baselines: 'baselines.json',
  plan: 'plan.json',
  delta: 'delta.json',
  campaign: 'campaign.json',
  notice: 'notice.json',
  report: 'report.txt',
  page: 'report.html',
  findingsCsv: 'findings.csv',
  instancesCsv: 'instances.csv',
  commands: 'commands.json',
  manifest: 'manifest.json',
  before: (ring: string) => `before/${ring}.jsonl.gz`,
  after: (ring: string) => `after/${ring}.jsonl.gz`,
  /** From 1. Rings that one part holds have none. */
  beforePart: (ring: string, part: number) => `before/${ring}/${numbered(part)}.jsonl.gz`,
  afterPart: (ring: string, part: number) => `after/${ring}/${numbered(part)}.jsonl.gz`,
  ringPlan: (ring: string) => `plan/${ring}.json`,
  fates: (ring: string) => `plan/${ring}.findings.jsonl.gz`,
  question: (ring: string) => `approvals/${ring}.json`,
  ring: (ring: string) => `rings/${ring}.json`,
  deltaRows: (ring: string) => `delta/${ring}.jsonl.gz`,
  instances: (ring: string) => `instances/${ring}.jsonl.gz`,
};

const numbered = (part: number) => String(part).padStart(4, '0');
