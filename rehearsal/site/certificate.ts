/**
 * A certificate of the sites' own, signed by itself: X.509 version 3 in DER (RFC 5280), an elliptic curve key, the sites' names in it.
 * TLS looks at the true time, whatever the virtual one says, so that it is good for a century.
 */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';

export interface Certificate {
  key: string; // PEM
  cert: string; // PEM
}

export function certificateFor(names: readonly string[]): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const subject = sequence(set(sequence(oid('2.5.4.3'), der(0x0c, Buffer.from('patchwright rehearsal')))));
  const signature = sequence(oid('1.2.840.10045.4.3.2')); // ecdsa-with-SHA256
  const alternatives = sequence(...names.map((name) => der(0x82, Buffer.from(name, 'latin1')))); // dNSName
  const extensions = sequence(
    extension('2.5.29.17', alternatives, false),
    extension('2.5.29.19', sequence(der(0x01, Buffer.from([0xff]))), true), // basicConstraints: an authority, its own
  );
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, serialOf(spki)),
    signature,
    subject,
    sequence(time('20000101000000Z'), time('20991231235959Z')),
    subject,
    spki,
    der(0xa3, extensions),
  );
  const signed = sequence(body, signature, bits(sign('sha256', body, privateKey)));
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: pem(signed) };
}

/** Positive, and another for each key: a client keeps certificates by it. */
function serialOf(spki: Buffer): Buffer {
  const hash = createHash('sha256').update(spki).digest().subarray(0, 16);
  hash[0] = ((hash[0] ?? 0) & 0x3f) | 0x40;
  return hash;
}

function extension(id: string, value: Buffer, isCritical: boolean): Buffer {
  const critical = isCritical ? [der(0x01, Buffer.from([0xff]))] : [];
  return sequence(oid(id), ...critical, der(0x04, value));
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function set(...parts: Buffer[]): Buffer {
  return der(0x31, Buffer.concat(parts));
}

function bits(content: Buffer): Buffer {
  return der(0x03, Buffer.concat([Buffer.from([0]), content]));
}

/** GeneralizedTime. */
function time(text: string): Buffer {
  return der(0x18, Buffer.from(text));
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
