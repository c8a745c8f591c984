/**
 * Which stage acts on a group: a parameter that its stack makes for each. CloudFormation makes no parameter that is there already, so
 * that a second stage is refused by AWS itself where nobody looked before.
 */
import { shortName } from '#domain/campaign/short-name.ts';

export const ACTING = '/patchwright/acting';

export function actingParameter(group: string): string {
  return `${ACTING}/${shortName(group)}`;
}
