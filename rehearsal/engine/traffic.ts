/**
 * HTTP to the gateway that is still on its way, counted by what Node itself announces, on both ends of the wire. A task that waits
 * for an answer is thereby known to be able to go on, without any waiting in real time.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';

export class Traffic {
  readonly #port: string;
  readonly #names = new Set<string>();
  readonly #asked = new Set<ClientRequest>();
  readonly #answering = new Set<ServerResponse>();
  readonly #held = new Set<ServerResponse>();
  #count = 0;

  constructor(port: number) {
    this.#port = String(port);
  }

  /** Grows with everything that happens on the wire. */
  get count(): number {
    return this.#count;
  }

  /** `some`: an answer is on its way. `unread`: an answer has begun and nobody reads on (or a slow reader has paused it). */
  inFlight(): 'none' | 'some' | 'unread' {
    if (this.#answering.size > 0) return 'some';
    let unread = false;
    for (const request of this.#asked) {
      const answer = (request as ClientRequest & { res?: IncomingMessage }).res;
      if (!answer) return 'some';
      if (!answer.complete) unread = true;
    }
    return unread ? 'unread' : 'none';
  }

  /** Requests to these names are counted too: what answers them is part of the rehearsal. */
  also(names: Iterable<string>): void {
    for (const name of names) this.#names.add(name.toLowerCase());
  }

  /** Whether a request of this process comes from that port. */
  isAsking(port: number): boolean {
    return this.#askingFrom(port).length > 0;
  }

  /** The answer to what came from that port comes only with time: whoever waits for it lets time move. */
  letGo(port: number, response: ServerResponse): void {
    this.#count++;
    for (const request of this.#askingFrom(port)) this.#asked.delete(request);
    this.#answering.delete(response);
    this.#held.add(response);
    response.once('close', () => this.#held.delete(response));
  }

  get isHeld(): boolean {
    return this.#held.size > 0;
  }

  #askingFrom(port: number): ClientRequest[] {
    return [...this.#asked].filter(({ socket }) => socket?.localPort === port);
  }

  serving(response: ServerResponse): void {
    this.#count++;
    this.#answering.add(response);
    response.once('close', () => {
      this.#count++;
      this.#answering.delete(response);
    });
  }

  open(): void {
    subscribe('http.client.request.created', this.#created);
    subscribe('http.client.response.finish', this.#answered);
    subscribe('http.client.request.error', this.#failed);
  }

  close(): void {
    unsubscribe('http.client.request.created', this.#created);
    unsubscribe('http.client.response.finish', this.#answered);
    unsubscribe('http.client.request.error', this.#failed);
    this.#asked.clear();
    this.#answering.clear();
    this.#held.clear();
  }

  readonly #created = (message: unknown) => {
    const { request } = message as { request: ClientRequest };
    const host = String(request.getHeader('host') ?? '').toLowerCase();
    if (!host.endsWith(`:${this.#port}`) && !this.#names.has(host) && !this.#names.has(host.replace(/:\d+$/, '')))
      return;
    this.#count++;
    this.#asked.add(request);
    request.once('close', () => {
      this.#count++;
      this.#asked.delete(request);
    });
  };

  readonly #answered = () => {
    this.#count++;
  };

  readonly #failed = (message: unknown) => {
    this.#count++;
    this.#asked.delete((message as { request: ClientRequest }).request);
  };
}
