/** One account and Region of an export that holds several: a group is in one of each. */
import { BadInput } from '../../bad-input.ts';
import { several } from '../../screen/text.ts';
import type { Raw } from './finding.ts';

export interface FindingPlace {
  account: string; // empty: the finding does not say
  region: string;
}

/** Asked for by flag; absent: the commonest. */
export type WantedPlace = Partial<FindingPlace>;

/** By the finding's own words, else by its ARN. */
export function placeOf(finding: Raw, resource: Raw): FindingPlace {
  const [, , , arnRegion = '', arnAccount = ''] = String(finding.findingArn).split(':');
  const text = (value: unknown, otherwise: string) => (typeof value === 'string' && value !== '' ? value : otherwise);
  return { account: text(finding.awsAccountId, arnAccount), region: text(resource.region, arnRegion) };
}

export interface Chosen {
  place: FindingPlace;
  aside: string | null; // what was left, where something was
}

/** Throws BadInput where nothing is of the account or Region that is wanted. `found`: findings by place. */
export function choosePlace(
  found: readonly { place: FindingPlace; findings: number }[],
  wanted: WantedPlace,
  what: string,
): Chosen {
  const byFindings = [...found].sort((a, b) => b.findings - a.findings || (named(a.place) < named(b.place) ? -1 : 1));
  const fitting = byFindings.filter(
    ({ place }) =>
      (wanted.account ?? place.account) === place.account && (wanted.region ?? place.region) === place.region,
  );
  const list = byFindings.map(({ place, findings }) => `${named(place)} (${several(findings, 'finding')})`);
  const [taken] = fitting;
  if (!taken) {
    const asked = [wanted.account, wanted.region].filter(isGiven).join(' ');
    throw new BadInput([
      `${what}: holds nothing of ${asked}. Remedy: by --account and --region name one of ${list.join(', ')}`,
    ]);
  }
  const left = list.filter((_, at) => byFindings[at] !== taken);
  if (left.length === 0) return { place: taken.place, aside: null };
  const why = wanted.account || wanted.region ? '' : ', which has the most';
  const aside = `holds findings of ${left.length + 1} accounts or Regions: took ${named(taken.place)} (${several(taken.findings, 'finding')})${why}, left ${left.join(', ')}; --account and --region take another`;
  return { place: taken.place, aside };
}

export const samePlace = (a: FindingPlace, b: FindingPlace) => a.account === b.account && a.region === b.region;

const named = ({ account, region }: FindingPlace) => `${account || 'no account'} ${region || 'no Region'}`;
const isGiven = (text: string | undefined) => text !== undefined;
