/**
 * Every probe of a scan, and 22 benign requests, against nginx with ModSecurity and the OWASP core rule set. Behind the WAF a server
 * answers for the probe rule, and behind that stands an application that counts what reaches it. The scanner's results must be those
 * of the WAF's own audit log, probe by probe.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { clock } from '#aws/clock.ts';
import { web } from '#aws/web.ts';
import { type LogRecord, readLogValue } from '#domain/edge/log-record.ts';
import type { ProbeResult } from '#domain/edge/probe-result.ts';
import { probesOf } from '#domain/edge/probes.ts';
import { markOf, type Sent, scanResults } from '#domain/edge/scan-results.ts';
import { type BenignRequest, PROBE_HEADER, PROBE_RULE, type SitePolicy } from '#domain/edge/site.ts';
import { probing } from '#loops/edge/probing.ts';
import { CRS, withWaf } from './waf.ts';

const TOKEN = 'interop00001';
/** The core rule set scores requests by single rules, and this one ends those whose sum is too high. */
const DECIDES = '949110';

const benign = (id: string, line: string, body: BenignRequest['body'] = null): BenignRequest => {
  const [method = '', target = ''] = line.split(' ');
  return { id, method, target, headers: [], body, owner: 'interop', deliberately: null };
};
const form = (text: string): BenignRequest['body'] => ({ kind: 'form', of: { text } });
const BENIGN = [
  benign('style', 'GET /search?q=style%3Dcolor%3Ared'),
  benign('name', 'GET /search?q=O%27Brien'),
  benign('union', 'POST /comment', form('the credit union members select a new board')),
  benign('drop', 'POST /comment', form('drop by the table; we serve coffee')),
  benign('html', 'POST /comment', form('use <b>bold</b> text')),
  benign('token', 'GET /cb?state=dBV6%2BON23vgWCNw%3D%3D'),
  benign('math', 'GET /calc?e=1%2B1%3D2'),
  benign('email', 'POST /signup', form('ann.o-neil+news@example.com')),
  benign('path', 'GET /docs/a..b/c'),
  benign('date', 'GET /report?from=2026-01-01&to=2026-02-01'),
  benign('json', 'POST /api', { kind: 'json', of: { note: 'select the best and order by mail' } }),
  benign('url', 'GET /go?to=https%3A%2F%2Fwww.example.com%2Fa%3Fb%3Dc'),
  benign('code', 'POST /paste', form('for (i = 0; i < 3; i++) { run(i) }')),
  benign('emoji', 'GET /search?q=caf%C3%A9%20%E2%98%95'),
  benign('percent', 'GET /search?q=100%25'),
  benign('phone', 'POST /contact', form('+31 20 123 45 67')),
  benign('file', 'GET /static/app.min.js?v=3.1'),
  benign('quote', 'POST /comment', form('she said "no" -- twice')),
  benign('ip', 'GET /hosts?ip=198.51.100.7'),
  benign('long', `GET /search?q=${'lorem+'.repeat(30)}`),
  benign('upload', 'POST /upload', { kind: 'multipart', of: { title: 'a photo' } }),
  benign('cookie', 'GET /'),
];

/** Counts connections: what reaches the application is seen at its socket, whatever it says. */
async function application(): Promise<{ port: number; requests: string[]; close(): void }> {
  const requests: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      requests.push(bytes.toString('latin1'));
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok');
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as { port: number };
  const close = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return { port, requests, close };
}

const app = await application();

/** The second server plays the probe rule: what no rule of the WAF stopped, and has our header, it answers itself. */
const servers = ({ folder, port, inner }: { folder: string; port: number; inner: number }) => `  server {
    listen 127.0.0.1:${port};
    modsecurity on;
    modsecurity_rules '
      SecRuleEngine On
      SecRequestBodyAccess On
      SecResponseBodyAccess Off
      SecAuditEngine On
      SecAuditLogParts ABHZ
      SecAuditLogType Serial
      SecAuditLogFormat JSON
      SecAuditLog ${folder}/audit/log
      SecUnicodeMapFile /etc/nginx/unicode.mapping 20127
    ';
    modsecurity_rules_file ${rulesIn(folder)};
    location / {
      proxy_set_header Host $http_host;
      proxy_pass http://127.0.0.1:${inner};
    }
  }
  server {
    listen 127.0.0.1:${inner};
    location / {
      if ($http_x_patchwright_probe) {
        add_header x-patchwright-site shop always;
        add_header x-patchwright-revision r1 always;
        return 204;
      }
      proxy_pass http://127.0.0.1:${app.port};
    }
  }`;

const SITE = {
  name: 'shop',
  rules: [],
  probes: { path: '/', perSecond: 1000, subnets: [], securityGroups: [] },
} as unknown as SitePolicy;
const probes = probesOf('/', BENIGN);

interface Audited {
  status: number;
  rules: string[];
}

await withWaf(servers, async ({ folder, port }) => {
  const before = app.requests.length; // of waiting for nginx
  process.env.CONNECT_TO = `shop.example.com:80:127.0.0.1:${port}`;
  const sent: Sent[] = [];
  const refusals: string[] = [];
  let bare = 0;
  for (let from: number | null = 0; from !== null && from < probes.length; ) {
    const scan = await probing(
      SITE,
      'http://shop.example.com',
      probes,
      { token: TOKEN, from },
      { gapMs: 0 },
      { web, clock },
    );
    sent.push(...scan.sent);
    bare += scan.application.length;
    if (scan.ended !== null) refusals.push(scan.ended);
    from = scan.next; // behind an answer that is nginx's own a scan of people ends; here it goes on with a new control
  }
  const audited = auditOf(join(folder, 'audit/log'));
  const lines = new Map<string, LogRecord>();
  for (const [mark, audit] of audited) lines.set(mark, lineOf(mark, audit));
  const late = scanResults(SITE, sent, new Map(), TOKEN);
  const named = scanResults(SITE, sent, lines, TOKEN);
  const counts: Record<string, number> = {};
  for (const result of named) {
    const audit = audited.get(markOf(result, TOKEN));
    counts[result.result] = (counts[result.result] ?? 0) + 1;
    if (!audit) {
      // What nginx itself refuses as malformed ModSecurity never saw.
      assert.deepEqual(
        [result.result, result.status],
        ['unclear', 400],
        `${result.id}: the audit log has no line of it`,
      );
      continue;
    }
    assert.equal(result.result, expected(audit), `${result.id}: ${JSON.stringify({ result, audit })}`);
    assert.deepEqual([...result.rules].sort(), result.result === 'unclear' ? [] : audit.rules, result.id);
  }
  // By the answers alone: the same, but that what was counted is not known.
  for (const [at, result] of late.entries())
    assert.equal(result.result, named[at]?.result === 'counted' ? 'passed' : named[at]?.result, result.id);
  assert.equal(named.length, probes.length, 'every probe was sent');
  const reached = app.requests.slice(before);
  assert.deepEqual(
    [reached.length, bare],
    [2, 2],
    'the application has the two requests without our header, and no other',
  );
  for (const request of reached) assert.doesNotMatch(request, new RegExp(PROBE_HEADER, 'i'));
  assert.ok((counts.blocked ?? 0) >= 100 && (counts.passed ?? 0) + (counts.counted ?? 0) >= 30, JSON.stringify(counts));
  const attacks = named.filter(({ family }) => family !== 'control' && family !== 'benign');
  const stopped = (of: ProbeResult[]) => `${of.filter(({ result }) => result === 'blocked').length} of ${of.length}`;
  console.log(`${named.length} probes: ${JSON.stringify(counts)}; the audit log says the same of each`);
  console.log(
    `blocked: ${stopped(attacks)} attacks, ${stopped(named.filter(({ family }) => family === 'benign'))} benign requests`,
  );
  console.log(
    `nginx itself refused ${refusals.length}; the application saw ${reached.length} requests, both without our header`,
  );
});
app.close();

function rulesIn(folder: string): string {
  const file = join(folder, 'rules.conf');
  writeFileSync(file, `Include /etc/modsecurity/crs/crs-setup.conf\nInclude ${CRS}/rules/*.conf\n`);
  return file;
}

/** Of each of our requests, by our header's value: how it was answered, and which rules matched. The first of a control counts. */
function auditOf(file: string): Map<string, Audited> {
  const found = new Map<string, Audited>();
  for (const text of readFileSync(file, 'latin1').split('\n').filter(Boolean)) {
    const { transaction } = JSON.parse(text);
    const headers = Object.entries<string>(transaction.request.headers ?? {});
    const mark = headers.find(([name]) => name.toLowerCase() === PROBE_HEADER)?.[1];
    if (mark === undefined || found.has(mark)) continue;
    const ids: string[] = transaction.messages.map(({ details }: { details: { ruleId: string } }) => details.ruleId);
    found.set(mark, { status: transaction.response.http_code, rules: [...new Set(ids)].sort() });
  }
  return found;
}

/** Blocked by the rule that sums up the scores; counted where rules matched and the sum was too low; nginx's own answers are neither. */
function expected({ status, rules }: Audited): string {
  if (status === 403) return rules.includes(DECIDES) ? 'blocked' : 'unclear';
  if (status !== 204) return 'unclear';
  return rules.length ? 'counted' : 'passed';
}

/** What AWS WAF would log of it. */
function lineOf(mark: string, { status, rules }: Audited): LogRecord {
  const blocked = status === 403;
  const record = readLogValue({
    timestamp: Date.now(),
    terminatingRuleId: blocked ? DECIDES : PROBE_RULE,
    terminatingRuleType: 'REGULAR',
    action: 'BLOCK',
    nonTerminatingMatchingRules: rules
      .filter((id) => !blocked || id !== DECIDES)
      .map((ruleId) => ({ ruleId, action: 'COUNT' })),
    httpRequest: { headers: [{ name: PROBE_HEADER, value: mark }] },
  });
  assert.ok(typeof record === 'object');
  return record;
}
