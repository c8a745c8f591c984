/** What every protocol does with a request and with an answer. */
import type { IncomingHttpHeaders } from 'node:http';
import type { AwsFault } from '#rehearsal/api.ts';

export interface WireRequest {
  method: string;
  url: URL;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

export interface Protocol {
  /** The operation's name; what cannot be named is called by method and path. Needs no body, except for form posts. */
  operation(request: WireRequest): string;
  input(request: WireRequest, operation: string): unknown;
  answer(operation: string, output: unknown, requestId: string): WireAnswer;
  fault(fault: AwsFault, requestId: string): WireAnswer;
}

export function text(request: WireRequest): string {
  return request.body.toString('utf8');
}
