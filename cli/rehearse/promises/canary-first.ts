/**
 * 1. No instance outside the canary gets an Install before the canary's verdict is `pass`.
 */
import type { Checker } from './happened.ts';

export const canaryFirst: Checker = ({ rings, installs }) => {
  const [canary] = rings;
  const canaries = new Set(canary?.plan.hosts.map((host) => host.id));
  const passed =
    canary?.record?.verdict?.verdict === 'pass' ? Date.parse(canary.record.verdict.at) : Number.POSITIVE_INFINITY;
  return installs
    .filter(({ host, startedAt }) => !canaries.has(host) && startedAt < passed)
    .map(({ host }) => `1: ${host} was patched before the canary passed`);
};
