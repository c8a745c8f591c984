import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { PolicyFaults } from '#policy/faults.ts';
import { loadPolicy } from '#policy/load-policy.ts';

const folder = mkdtempSync(join(tmpdir(), 'policy-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** A policy file with this text, gone after the tests of the file that asked for it. */
export function policyFile(text: string): string {
  const file = join(folder, `policy-${files++}.yml`);
  writeFileSync(file, text);
  return file;
}

/** A file without faults, line by line, so that tests can change and name lines. */
export const GOOD = [
  /*  1 */ 'version: 1',
  /*  2 */ 'defaults:',
  /*  3 */ '  proofDays: 3',
  /*  4 */ 'groups:',
  /*  5 */ '  web:',
  /*  6 */ '    os: [DEBIAN]',
  /*  7 */ '    rings:',
  /*  8 */ '      - { name: canary, tag: { Ring: canary }, atOnce: 2, soakMinutes: 240 }',
  /*  9 */ '      - { name: fleet, tag: { Ring: fleet }, atOnce: 25%, soakMinutes: 60 }',
  /* 10 */ '    approvals: { before: [fleet] }',
  /* 11 */ '    window:',
  /* 12 */ '      days: [sat, sun]',
  /* 13 */ '      from: "22:00"',
  /* 14 */ '      to: "04:00"',
  /* 15 */ '      cutoffMinutes: 45',
  /* 16 */ '      timeZone: Europe/Berlin',
  /* 17 */ '    triggers: { schedule: cron(0 20 ? * SAT *) }',
  /* 18 */ '    waivers:',
  /* 19 */ '      - { id: a, owner: me, reason: so, vulnerabilities: [CVE-2024-2511], expires: 2027-06-30 }',
];

/** The message without the file's name; empty where there are no faults. */
export function faultsOf(text: string): string {
  const file = policyFile(text);
  try {
    loadPolicy(file);
    return '';
  } catch (error) {
    assert.ok(error instanceof PolicyFaults, String(error));
    return error.message.replaceAll(`${file}:`, '');
  }
}
