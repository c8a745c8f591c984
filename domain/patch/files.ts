/** Where the files of a patch campaign lie, besides those of any campaign. */
export const patchFiles = {
  scanBefore: 'scans/before.json',
  membersBefore: 'before.members.json',
  membersAfter: 'after.members.json',
  surveyBefore: 'before.json',
  surveyAfter: 'after.json',
  baselines: 'baselines.json',
  delta: 'delta.json',
  findingsCsv: 'findings.csv',
  instancesCsv: 'instances.csv',
  before: (ring: string) => `before/${ring}.jsonl.gz`,
  after: (ring: string) => `after/${ring}.jsonl.gz`,
  /** From 1. Rings that one part holds have none. */
  beforePart: (ring: string, part: number) => `before/${ring}/${numbered(part)}.jsonl.gz`,
  afterPart: (ring: string, part: number) => `after/${ring}/${numbered(part)}.jsonl.gz`,
  ringPlan: (ring: string) => `plan/${ring}.json`,
  fates: (ring: string) => `plan/${ring}.findings.jsonl.gz`,
  ring: (ring: string) => `rings/${ring}.json`,
  deltaRows: (ring: string) => `delta/${ring}.jsonl.gz`,
  instances: (ring: string) => `instances/${ring}.jsonl.gz`,
};

const numbered = (part: number) => String(part).padStart(4, '0');
