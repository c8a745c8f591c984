/** How people spell a waiver of policy.yml. */
import { z } from 'zod';
import { list, shaped, word } from '#policy/spelling.ts';

export const waiver = z
  .strictObject(
    {
      id: shaped(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'an id of letters, digits, ".", "_" and "-"', 'openssl-sessions'),
      owner: word('who answers for it', 'web-team'),
      reason: word('why the finding is accepted', 'TLS 1.3 sessions are not kept'),
      vulnerabilities: list(
        shaped(/^(CVE-\d{4}-\d{4,}|[A-Z][A-Z0-9:-]*\d+)$/, 'a vulnerability id as Inspector shows it', 'CVE-2024-2511'),
        'vulnerability ids',
        '[CVE-2024-2511]',
      ).min(1, 'a list of at least one vulnerability id; write for example [CVE-2024-2511]'),
      instances: list(
        shaped(/^i-([0-9a-f]{8}|[0-9a-f]{17})$/, 'an instance id', 'i-0123456789abcdef0'),
        'instance ids',
        '[i-0123456789abcdef0]',
      )
        .default([])
        .describe('Empty: every instance of the group'),
      packages: list(word('a package name', 'openssl'), 'package names', '[openssl]')
        .default([])
        .describe('Empty: any package'),
      expires: z.iso
        .date('a date that exists, YYYY-MM-DD; write for example 2027-06-30')
        .describe('The last day on which it holds, in UTC'),
    },
    'a waiver; write id, owner, reason, vulnerabilities and expires',
  )
  .describe('The acceptance of a finding. It changes what is reported and gated, it holds no patch back');
