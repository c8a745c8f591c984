/** IP addresses in event patterns, as hexadecimal digits. */
import { isIPv4, isIPv6 } from 'node:net';

/**
 * Digits are compared as text, as event-ruler compares them: 0.0.0.0/0 also holds addresses of the other family.
 * Throws for what AWS refuses: no mask, or one that leaves a single address.
 */
export function addressRange(cidr: string, place: string): (text: string) => boolean {
  const [address = '', mask, ...more] = cidr.split('/');
  const digits = hexOf(address);
  if (digits === null || mask === undefined || more.length > 0 || !/^[+-]?\d+$/.test(mask))
    throw new Error(`${place}: ${cidr} is no CIDR block`);
  const bits = Number(mask);
  const all = digits.length * 4;
  if (bits < 0 || bits >= all) throw new Error(`${place}: the mask of ${cidr} must be from 0 to ${all - 1}`);
  const free = BigInt(all - bits);
  const first = (BigInt(`0x${digits}`) >> free) << free;
  const last = first + (1n << free) - 1n;
  const [low, high] = [first, last].map((one) => one.toString(16).padStart(digits.length, '0').toUpperCase()) as [
    string,
    string,
  ];
  return (text) => {
    const one = hexOf(text);
    return one !== null && one >= low && one <= high;
  };
}

/** 8 or 32 digits; null for what is no address. Leading zeros of IPv4 are decimal. */
export function hexOf(text: string): string | null {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) {
    const plain = text.split('.').map(Number);
    if (!isIPv4(plain.join('.'))) return null;
    return plain
      .map((one) => one.toString(16).padStart(2, '0'))
      .join('')
      .toUpperCase();
  }
  if (!isIPv6(text) || text.includes('.') || text.includes('%')) return null;
  const [head = '', tail] = text.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = new Array(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after]
    .map((one) => one.padStart(4, '0'))
    .join('')
    .toUpperCase();
}
