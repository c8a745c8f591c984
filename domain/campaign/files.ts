/** Where each file that every campaign's evidence has lies, below `folderOf` its campaign. What else there is, its loop says. */
export const files = {
  opened: 'opened.json',
  policy: 'policy.json',
  plan: 'plan.json',
  campaign: 'campaign.json',
  notice: 'notice.json',
  report: 'report.txt',
  page: 'report.html',
  commands: 'commands.json',
  manifest: 'manifest.json',
  question: (ring: string) => `approvals/${ring}.json`,
};
