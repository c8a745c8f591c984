/** The topics by which people are told. */
export const TOPICS = ['notices', 'approvals'] as const;

export type Topic = (typeof TOPICS)[number];
