/** What a stage may be called: its stack and its bucket are. */

const SHAPE = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
/** Of a bucket's name (S3 User Guide, bucket naming rules). */
const LONGEST = 63;

export const evidenceBucket = (stage: string, account: string, region: string) =>
  `patchwright-${stage}-evidence-${account}-${region}`;

/** What is wrong with a stage's name there, and one that would do; null: nothing. */
export function stageFault(stage: string, account: string, region: string): { words: string; instead: string } | null {
  const room = LONGEST - evidenceBucket('', account, region).length;
  if (SHAPE.test(stage) && stage.length <= room) return null;
  const tidy = stage.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const instead = tidy.replace(/^-+/, '').slice(0, room).replace(/-+$/, '') || 'dev';
  const words = `no bucket can be called ${evidenceBucket(stage, account, region)}: a stage has at most ${room} small letters, digits and dashes there, the first and the last no dash`;
  return { words, instead };
}
