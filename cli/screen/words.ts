/** States as a person would tell them. Choices and polls have no words: they are no news. */
const CAMPAIGN_WORDS: Record<string, string> = {
  OpenCampaign: 'takes the lease',
  ScanPatches: 'patch scan of the group',
  SurveyBefore: 'survey: members, coverage, findings, missing patches',
  CheckBaselines: 'baselines of the group',
  MakePlan: 'plan',
  AskApproval: 'asks for approval',
  RecordApproval: 'approval answered',
  PatchRing: 'next ring',
  SurveyAfter: 'second survey',
  CloseCampaign: 'delta, report, notice',
  Coalesced: 'another campaign holds the lease',
  Closed: 'closed',
};

const RING_WORDS: Record<string, string> = {
  RecheckRing: 'recheck',
  SendWave: 'next wave',
  AwaitGo: 'waits for its window',
  AwaitWave: 'hosts at work',
  AskRescan: 'asks for a re-scan',
  Soak: 'soak',
  AwaitLooks: 'waits for valid looks',
  JudgeRing: 'verdict',
};

/** null: not worth a line. `ring` null: the campaign machine. */
export function stateWords(ring: string | null, state: string): string | null {
  return (ring === null ? CAMPAIGN_WORDS[state] : RING_WORDS[state]) ?? null;
}
