export const SEVERITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL', 'UNTRIAGED'] as const;

export type Severity = (typeof SEVERITIES)[number];

export type Counts = Record<Severity | 'total', number>;

export function noCounts(): Counts {
  return { CRITICAL: 0, HIGH: 0, MEDIUM: 0, LOW: 0, INFORMATIONAL: 0, UNTRIAGED: 0, total: 0 };
}

export function count(counts: Counts, severity: Severity, by = 1): void {
  counts[severity] += by;
  counts.total += by;
}
