/**
 * 4. Sending is at most once per host and campaign.
 */
import type { Checker } from './happened.ts';

export const sentOnce: Checker = ({ installs }) => {
  const hosts = installs.map(({ host }) => host);
  return hosts.filter((host, place) => hosts.indexOf(host) < place).map((host) => `4: ${host} was sent twice`);
};
