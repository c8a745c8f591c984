/** The loopback address of a site: http and https at one port, one point of presence a connection, answers as a load balancer gives them. */
import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer as createSocket, type Socket, type Server as SocketServer } from 'node:net';
import type { Chance, Stage } from '#rehearsal/api.ts';
import { running } from '#rehearsal/engine/clock.ts';
import type { Traffic } from '#rehearsal/engine/traffic.ts';
import type { Decision } from '#rehearsal/services/wafv2/evaluate.ts';
import type { WebRequest } from '#rehearsal/services/wafv2/request.ts';
import type { Certificate } from '#rehearsal/site/certificate.ts';
import type { Point } from '#rehearsal/site/points.ts';
import type { Site } from '#rehearsal/site/site.ts';
import { traceId } from '#rehearsal/site/visitors.ts';

/** Whoever asks over the wire, wherever that is in truth: loopback has no country. */
const CLIENT = { client: '192.0.2.10', country: 'US' };
const LONGEST_BODY = 1024 * 1024;
const IDLE_MS = 60_000; // a load balancer waits so long for a target, unless told otherwise
const TLS_HANDSHAKE = 0x16; // first byte of a connection

export class Front {
  readonly #site: Site;
  readonly #stage: Stage;
  readonly #traffic: Traffic;
  readonly #certificate: Certificate;
  readonly #points = new WeakMap<Socket, Point>();
  readonly #sockets = new Set<Socket>();
  readonly #chance: Chance;
  #server: SocketServer | null = null;
  #asked = 0;
  #connections = 0;

  constructor(site: Site, stage: Stage, traffic: Traffic, certificate: Certificate) {
    this.#site = site;
    this.#stage = stage;
    this.#traffic = traffic;
    this.#certificate = certificate;
    this.#chance = stage.chance.of(`site/${site.text.name}/wire`);
  }

  /** Returns its port. Rejects with EADDRINUSE. */
  async listen(host: string, port: number): Promise<number> {
    const handle = (request: IncomingMessage, response: ServerResponse) =>
      running.run('engine', () => void this.#answer(request, response).catch(() => response.destroy()));
    const options = { maxHeaderSize: 65_536 };
    const plain = createHttp(options, handle);
    const secure = createHttps({ ...options, key: this.#certificate.key, cert: this.#certificate.cert }, handle);
    for (const server of [plain, secure]) patient(server);
    const server = createSocket((socket) => this.#sort(socket, plain, secure));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    return (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => (this.#server ? this.#server.close(() => resolve()) : resolve()));
    this.#server = null;
  }

  #sort(socket: Socket, plain: Server, secure: Server): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.once('data', (first) => {
      socket.pause();
      socket.unshift(first);
      (first[0] === TLS_HANDSHAKE ? secure : plain).emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clock } = this.#stage;
    const from = request.socket.remotePort ?? 0;
    const isOurs = this.#traffic.isAsking(from);
    if (isOurs) this.#traffic.serving(response);
    const asked = await this.#read(request);
    response.sendDate = false;
    response.setHeader('Date', new Date(clock.now()).toUTCString());
    const chance = this.#chance.of(`request/${this.#asked++}`);
    const web: WebRequest = { ...asked, at: clock.now(), id: traceId(clock.now(), chance), ...CLIENT };
    const { decision, answer } = this.#decide(web, this.#pointOf(request.socket), chance);
    this.#tell(web, decision, answer);
    if (answer !== 'silence') {
      send(response, answer);
      return;
    }
    // Whoever waits must see time go by, until his patience or the load balancer's is over.
    if (isOurs) this.#traffic.letGo(from, response);
    clock.after(IDLE_MS, `a target of ${this.#site.text.name} is given up`, () =>
      send(response, page(504, 'Gateway Time-out')),
    );
  }

  #decide(
    request: WebRequest,
    point: Point,
    chance: Chance,
  ): { decision: Decision | null; answer: Answer | 'silence' } {
    const site = this.#site;
    const { endpoint, hosts } = site.text;
    if (site.isTurnedAway(request))
      return { decision: null, answer: { ...page(403, 'Forbidden'), server: 'other-waf' } };
    if (endpoint === 'elsewhere') return { decision: null, answer: { ...OK, server: 'elsewhere' } };
    const decision = site.judge(request, point, site.points.isStale(chance));
    if (decision && decision.action !== 'ALLOW') return { decision, answer: blocked(decision) };
    site.reach(request);
    if (endpoint === 'silent') return { decision, answer: 'silence' };
    if (endpoint === 'forbidden') return { decision, answer: { ...page(403, 'Forbidden'), server: 'shop' } };
    if (endpoint !== 'redirect') return { decision, answer: OK };
    const query = request.query === '' ? '' : `?${request.query}`;
    const location = `https://www.${hosts[0]}${request.path}${query}`;
    return { decision, answer: { ...page(301, 'Moved Permanently'), headers: [['Location', location]] } };
  }

  #pointOf(socket: Socket): Point {
    const point =
      this.#points.get(socket) ?? this.#site.points.pick(this.#chance.of(`connection/${this.#connections++}`));
    this.#points.set(socket, point);
    return point;
  }

  #tell({ method, path, query }: WebRequest, decision: Decision | null, answer: Answer | 'silence'): void {
    const by = decision ? ` by ${decision.log.terminatingRuleId}` : '';
    const words = answer === 'silence' ? 'no answer' : `${answer.status}${by}`;
    const counted = decision?.matches
      .filter(({ action }) => action === 'COUNT')
      .map(({ rule, inner }) => inner ?? rule);
    const also = counted?.length ? `, counted by ${[...new Set(counted)].join(', ')}` : '';
    const target = query === '' ? path : `${path}?${query}`;
    this.#stage.note('request', this.#site.text.name, `${method} ${target.slice(0, 200)}: ${words}${also}`);
  }

  async #read(request: IncomingMessage): Promise<Omit<WebRequest, 'at' | 'id' | 'client' | 'country'>> {
    const parts: Buffer[] = [];
    let bytes = 0;
    for await (const part of request) {
      bytes += (part as Buffer).length;
      if (bytes <= LONGEST_BODY) parts.push(part as Buffer);
    }
    const raw = request.rawHeaders;
    const headers = raw.flatMap((name, at): [string, string][] => (at % 2 === 0 ? [[name, raw[at + 1] ?? '']] : []));
    const target = request.url ?? '/';
    const cut = target.indexOf('?');
    return {
      method: request.method ?? 'GET',
      path: cut === -1 ? target : target.slice(0, cut),
      query: cut === -1 ? '' : target.slice(cut + 1),
      headers,
      body: bytes === 0 ? null : Buffer.concat(parts).toString('latin1'),
    };
  }
}

interface Answer {
  status: number;
  headers: [string, string][];
  body: string;
  server?: string;
}

const OK: Answer = { status: 200, headers: [['Content-Type', 'text/plain']], body: 'hello\n', server: 'shop' };

function blocked({ status, headers, body }: Decision): Answer {
  if (status === 403 && body === null && headers.length === 0) return page(403, 'Forbidden');
  const type: [string, string][] = body ? [['Content-Type', body.type]] : [];
  return { status: status ?? 403, headers: [...type, ...headers], body: body?.text ?? '' };
}

/** As an Application Load Balancer writes it. */
function page(status: number, words: string): Answer {
  const title = `${status} ${words}`;
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
  return { status, headers: [['Content-Type', 'text/html']], body };
}

function send(response: ServerResponse, { status, headers, body, server = 'awselb/2.0' }: Answer): void {
  if (response.destroyed || response.headersSent) return;
  const length: [string, string][] =
    status === 204 || status === 304 ? [] : [['Content-Length', String(Buffer.byteLength(body))]];
  for (const [name, value] of [['Server', server], ...length, ...headers] as [string, string][])
    response.setHeader(name, value);
  response.writeHead(status);
  response.end(length.length === 0 ? undefined : body);
}

/** A connection that the server closes while a client writes to it would be a lost probe that no scenario asked for. */
function patient(server: Server): void {
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.headersTimeout = 0;
}
