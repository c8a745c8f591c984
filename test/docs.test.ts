import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { OUTCOMES } from '#domain/campaign/outcomes.ts';
import { REASONS } from '#domain/patch/reasons.ts';
import { loadPolicy } from '#policy/load-policy.ts';
import { accountCommands } from '../cli/account/commands.ts';
import { exitOf } from '../cli/exit.ts';
import { siteCommands } from '../cli/site/command.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? `docs/${name}` : [])),
];

test('every link of the docs leads somewhere', () => {
  for (const page of pages) {
    for (const [, target = ''] of read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (!/^https?:/.test(target)) assert.ok(existsSync(join(root, dirname(page), target)), `${page}: ${target}`);
    }
  }
});

test('every command is in docs/commands.md', () => {
  const doc = read('docs/commands.md');
  for (const command of [
    ...[...accountCommands(), ...siteCommands()].map((each) => each.name()),
    'rehearse',
    'serve',
    'verify',
  ])
    assert.match(doc, new RegExp(`\`${command}\\b`), command);
});

test('every outcome stands in docs/commands.md beside its exit code', () => {
  const rows = read('docs/commands.md').split('\n');
  for (const outcome of OUTCOMES)
    assert.ok(
      rows.some((row) => row.startsWith(`| ${exitOf(outcome)} |`) && row.includes(`\`${outcome}\``)),
      outcome,
    );
});

test('docs/operations.md knows every outcome that is bad, and every reason that a campaign can give', () => {
  const doc = read('docs/operations.md');
  for (const outcome of OUTCOMES) if (exitOf(outcome) > 0) assert.match(doc, new RegExp(`\\b${outcome}\\b`));
  const told = (reason: string) => doc.includes(`\`${reason}\``) || reason === 'not-reached';
  assert.deepEqual(
    REASONS.filter((reason) => !told(reason)),
    [],
  );
});

test('the policy of docs/getting-started.md has no faults', () => {
  const [, text = ''] = /```yaml\n([^`]+)```/.exec(read('docs/getting-started.md')) ?? [];
  const place = mkdtempSync(join(tmpdir(), 'patchwright-docs-'));
  try {
    writeFileSync(join(place, 'policy.yml'), text);
    assert.deepEqual(Object.keys(loadPolicy(join(place, 'policy.yml')).groups), ['web']);
  } finally {
    rmSync(place, { recursive: true });
  }
});
