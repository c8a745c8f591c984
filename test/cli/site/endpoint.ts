import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { PROBE_HEADER, REVISION_HEADER, SITE_HEADER } from '#domain/edge/site.ts';

export interface Came {
  method: string;
  url: string;
  mark: string | null; // our header's value
}

/** What the endpoint does to a request: 403, the probe rule's answer, or on to the application. */
type Decides = (
  request: Came & { body: string; headers: NodeJS.Dict<string | string[]> },
) => 'block' | 'answer' | 'pass';

/** A load balancer with a web ACL in front of an application, as a scan sees it. `reached`: what the application saw. */
export async function endpoint(decides: Decides, site = 'shop') {
  const came: Came[] = [];
  const reached: Came[] = [];
  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const mark = request.headers[PROBE_HEADER];
    const one = { method: request.method ?? '', url: request.url ?? '', mark: typeof mark === 'string' ? mark : null };
    came.push(one);
    const does = decides({ ...one, body, headers: request.headers });
    if (does === 'block') response.writeHead(403, { server: 'awselb/2.0' }).end();
    else if (does === 'answer') response.writeHead(204, { [SITE_HEADER]: site, [REVISION_HEADER]: 'r1' }).end();
    else {
      reached.push(one);
      response.writeHead(200, { server: 'app' }).end('hello');
    }
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, came, reached };
}
