/** nginx with ModSecurity on loopback, in a folder of its own, for as long as `work` takes. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const CRS = '/usr/share/modsecurity-crs';

export interface Waf {
  folder: string;
  port: number;
}

/** `servers`: nginx's server blocks; `port` is the front one's, `inner` a second for them. */
export async function withWaf<T>(
  servers: (place: { folder: string; port: number; inner: number }) => string,
  work: (waf: Waf) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'modsecurity-'));
  mkdirSync(join(folder, 'audit'));
  const [port, inner] = [await freePort(), await freePort()];
  writeFileSync(join(folder, 'nginx.conf'), configuration(folder, servers({ folder, port, inner })));
  const nginx = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  nginx.stderr.on('data', (part) => {
    said += part;
  });
  const ended = new Promise((ends) => nginx.on('close', ends));
  try {
    await answers(port, () => `${said}\n${log(folder)}`);
    return await work({ folder, port });
  } finally {
    nginx.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true });
  }
}

function configuration(folder: string, servers: string): string {
  return `load_module /usr/lib/nginx/modules/ngx_http_modsecurity_module.so;
user root;
worker_processes 1;
pid ${folder}/pid;
error_log ${folder}/error.log;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  large_client_header_buffers 8 32k;
${servers}
}
`;
}

async function answers(port: number, why: () => string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const up = await fetch(`http://127.0.0.1:${port}/`).catch(() => null);
    if (up) return;
    await new Promise((wake) => setTimeout(wake, 100));
  }
  throw new Error(`nginx does not answer: ${why()}`);
}

function log(folder: string): string {
  try {
    return readFileSync(join(folder, 'error.log'), 'utf8');
  } catch {
    return '';
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
