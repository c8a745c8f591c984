import { shortName } from '#domain/campaign/short-name.ts';
import type { Instant } from '#domain/instant.ts';

/** A campaign's name, which is its execution's: `web-20240831T200000Z`. */
export function campaignName(group: string, at: Instant): string {
  return `${shortName(group)}-${at.replace(/[-:]|\.\d+/g, '')}`;
}

/** The name of the campaign that follows one that closed at `at`; the second name of a second stays apart. */
export function successorName(group: string, at: Instant): string {
  return `${campaignName(group, at)}-next`;
}
