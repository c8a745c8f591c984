/** docs/permissions.md, from what stands beside the functions and from what AWS calls by itself. */
import type { May } from '#stack/role.ts';
import type { ByService } from './proof.ts';

export function document(functions: Record<string, { may: May[] }>, byService: ByService[]): string {
  const lines = [
    '# Permissions',
    '',
    'One role for each function: `may` beside it in `stack/functions.yml` becomes its inline policy. Tests compare the packaged policies',
    'with every call of rehearsed campaigns, host tags and conditions included: a call that no policy allows turns them red, and so',
    'does an action that no rehearsal used, unless AWS uses it by itself (last table). This page is made from the same two files by',
    '`UPDATE=1 npm test`. The roles of the two machines stand in `stack/machines.yml` and are compared in the same way.',
    '',
    '`hosts` are instances with the tag `PatchGroup` or `Patch Group` and the name of a group of policy.yml: **whoever may set that tag',
    'may have a host patched**, so protect `ec2:CreateTags` for these two keys. `everything` is `*`, where AWS knows no resource.',
    'Partitions of the table, by `dynamodb:LeadingKeys`: `leases`, `triggers`, `intents`, `approvalRecords`, `killSwitch`; of `…Expiry` only the',
    'attribute `expires`. A test tries each role on each partition in a rehearsal (`test/permissions/partitions.test.ts`).',
    '',
  ];
  for (const [key, { may }] of Object.entries(functions)) {
    lines.push(`## ${key}`, '', '| action | on | why |', '|---|---|---|');
    for (const { do: actions, on, why } of may)
      lines.push(`| ${actions.map((one) => `\`${one}\``).join('<br>')} | ${on} | ${why} |`);
    lines.push('');
  }
  lines.push(
    '## What AWS calls by itself on behalf of a role',
    '',
    'The first two on every role, by stack/role.ts. So is what S3, SNS and SQS do with the key on behalf of a role, and only by way of',
    'them: `kms:Decrypt` for what it reads or receives, `kms:GenerateDataKey` for what it writes, both for what it publishes or sends.',
    '',
    '| action | by | why | documented in |',
    '|---|---|---|---|',
    ...byService.map(
      ({ action, by, why, page }) =>
        `| \`${action}\` | ${by} | ${why} | [${page}](https://docs.aws.amazon.com/${page}) |`,
    ),
    '',
  );
  return lines.join('\n');
}
