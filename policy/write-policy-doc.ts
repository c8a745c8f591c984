/** docs/policy.md: every key of policy.yml with what it may be, what it is where nobody says so, and what it means. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BUILT_IN } from '#policy/defaults.ts';
import { schemaJson } from '#policy/write-schema.ts';

export const DOC_FILE = fileURLToPath(new URL('../docs/policy.md', import.meta.url));

interface Schema {
  type?: string | string[];
  enum?: unknown[];
  anyOf?: Schema[];
  description?: string;
  default?: unknown;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  propertyNames?: Schema;
  items?: Schema;
}

const INTRO = `# policy.yml

<!-- Written by \`npm run schema\` from the schema: edit policy/schema.ts, not this file. -->

\`version: 1\`, then \`defaults:\` (settings of every group that does not say otherwise) and \`groups:\`, a map of groups by the name
that their instances carry in the tag \`PatchGroup\`. A group's map is laid over that of \`defaults\`, and that over what is built in,
key by key; lists and windows are replaced whole. A name may be all that SSM takes for a patch group: 1 to 256 letters, digits, blanks
and \`_ . : / = + - @\`. What is made from it (executions, folders of the evidence, schedules, commands in mails) has its short name: \`web\`
stays \`web\`, \`Web Servers\` becomes \`Web-Servers--b2cbd437\`; commands take either. Where instances show their tags in their metadata,
EC2 takes no blanks in the key: write \`PatchGroup\`. The file is checked as a whole before anything uses it: unknown keys, settings that
cannot go together, and campaigns that could not end in time are refused, each with its line, its column and the remedy.
\`policy.schema.json\` gives the same to an editor:

\`\`\`yaml
# yaml-language-server: $schema=policy.schema.json
version: 1
groups:
  web:
    os: [DEBIAN]
    rings:
      - { name: canary, tag: { Ring: canary }, atOnce: 2, soakMinutes: 240 }
      - { name: fleet, tag: { Ring: fleet }, atOnce: 25%, soakMinutes: 60 }
    window: { days: [sat], from: "22:00", to: "06:00", cutoffMinutes: 45, timeZone: Europe/Berlin }
    approvals: { before: [fleet] }
\`\`\`

Look at it without an account: \`patchwright rehearse --policy policy.yml\`. With one: \`patchwright check\`, \`patchwright plan web\`.
`;

const SITES = `# Sites

\`sites:\` is a map of sites by name, beside \`groups:\`; a name is one or the other. A site is one web ACL of AWS WAF (the console calls
it a protection pack) and what it protects. A \`statement\` is AWS's own, in AWS's spelling, and judged by AWS's model; sets and groups
stand by their names here, strings as text. Priorities come from the order. \`patchwright waf show SITE\` prints the JSON of AWS that a site makes.

\`\`\`yaml
sites:
  shop:
    webAcl: shop
    protects: [arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/shop/75f9]
    endpoints: [https://shop.example.com]
    ipSets: { office: [198.51.100.0/24] }
    rules:
      - { name: login-rate, action: block, statement: { RateBasedStatement: { Limit: 100, AggregateKeyType: IP } } }
      - { name: core, action: block, managed: { name: AWSManagedRulesCommonRuleSet, version: Version_1.23 }, keep: { SizeRestrictions_BODY: count } }
      - { name: office, action: allow, statement: { IPSetReferenceStatement: { ARN: office } } }
    benign:
      - { id: style-search, request: "GET /search?q=style%3Dred&page=2", owner: web-team }
\`\`\`
`;

export function policyDoc(): string {
  const whole: Schema = JSON.parse(schemaJson());
  const group = whole.properties?.groups?.additionalProperties;
  if (typeof group !== 'object' || !group.properties) throw new Error('the schema has no groups');
  const site = whole.properties?.sites?.additionalProperties;
  if (typeof site !== 'object' || !site.properties) throw new Error('the schema has no sites');
  const parts = Object.entries(group.properties).map(([key, schema]) => section(key, schema, builtIn(key)));
  const required = new Set(site.required);
  const siteRows = Object.entries(site.properties).flatMap(([key, schema]) => [
    ...rowsOf(key, schema, schema.default, required.has(key)),
  ]);
  return `${INTRO}\n${parts.join('\n')}\n${SITES}\n${table(siteRows)}`;
}

function section(key: string, schema: Schema, fallback: unknown): string {
  const rows = [...rowsOf(key, schema, fallback)];
  const told = schema.description ? `${schema.description}.\n\n` : '';
  return `## ${key}\n\n${told}${table(rows)}`;
}

function table(rows: string[]): string {
  return `| key | value | default | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

function builtIn(key: string): unknown {
  return (BUILT_IN as Record<string, unknown>)[key];
}

function* rowsOf(path: string, schema: Schema, fallback: unknown, required = false): Generator<string> {
  const object = [schema, ...(schema.anyOf ?? [])].find(({ properties }) => properties);
  const list = schema.items?.properties ? schema.items : null;
  const map = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : null;
  const usual = required ? 'required' : fallback === undefined ? '' : code(fallback);
  if (!object && !list) yield row(path, schema, usual);
  const inner = object ?? list;
  for (const [name, member] of Object.entries(inner?.properties ?? {})) {
    const at = `${path}${list ? '[]' : ''}.${name}`;
    const known =
      fallback !== null && typeof fallback === 'object' ? (fallback as Record<string, unknown>)[name] : undefined;
    yield* rowsOf(at, member, known === undefined ? member.default : known, inner?.required?.includes(name) === true);
  }
  if (map?.properties) yield* rowsOf(`${path}.<os>`, map, undefined);
}

function row(path: string, schema: Schema, usual: string): string {
  const cells = [`\`${path}\``, mayBe(schema), usual, schema.description ?? ''];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function mayBe(schema: Schema): string {
  if (schema.enum) return schema.enum.map(code).join(', ');
  if (schema.anyOf) return schema.anyOf.map(mayBe).join(' or ');
  if (schema.items) return `list of ${mayBe(schema.items)}`;
  const types = [schema.type ?? ''].flat();
  if (types.includes('integer')) return `${schema.minimum ?? 0} to ${schema.maximum ?? '…'}`;
  if (schema.format === 'date') return 'YYYY-MM-DD';
  const words: Record<string, string> = { string: 'text', boolean: 'true, false', object: 'map', null: 'null' };
  if (schema.pattern && schema.pattern.length < 60) return `text like \`${schema.pattern}\``;
  return types.map((type) => words[type] ?? type).join(' or ');
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(DOC_FILE, policyDoc());
