/** How often AWS WAF lets an account call (WAF developer guide, "AWS WAF quotas"): one write of each kind a second. */
import type { Clock } from '#rehearsal/api.ts';
import { wafFault } from '#rehearsal/services/wafv2/waf-faults.ts';

interface Rate {
  calls: number;
  inMs: number;
}

const OWN: Record<string, Rate> = {
  AssociateWebACL: { calls: 1, inMs: 2000 },
  DisassociateWebACL: { calls: 1, inMs: 2000 },
  GetWebACLForResource: { calls: 1, inMs: 1000 },
  ListResourcesForWebACL: { calls: 1, inMs: 1000 },
};

export class CallRates {
  readonly #clock: Clock;
  readonly #calls = new Map<string, number[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Throws ThrottlingException. A refused call does not count. */
  check(operation: string): void {
    const rate = OWN[operation] ?? usual(operation);
    if (!rate) return;
    const now = this.#clock.now();
    const lately = (this.#calls.get(operation) ?? []).filter((at) => now - at < rate.inMs);
    if (lately.length >= rate.calls) throw wafFault('ThrottlingException');
    this.#calls.set(operation, [...lately, now]);
  }
}

function usual(operation: string): Rate | null {
  if (/^(Create|Put|Update)/.test(operation)) return { calls: 1, inMs: 1000 };
  return /^(Get|List)/.test(operation) ? { calls: 5, inMs: 1000 } : null;
}
