/** Definitions through moto's interpreter, in real time, all at once. Its Lambda calls come to a gateway of ours. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Definition, Result } from './definitions.ts';
import { type Act, FunctionError, Functions } from './functions.ts';
import { ACCOUNT, arnOf, REGION } from './place.ts';

const PATIENCE_SECONDS = 90;

export async function runTheirs(
  python: string,
  definitions: Definition[],
  scripts: Record<string, Record<string, Act[]>>,
): Promise<Result[]> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId: 'interop', secretAccessKey: 'interop' };
  const client = new SFNClient({ endpoint, region: REGION, credentials });
  const functions = new Functions(
    {
      later: (seconds, what) => void setTimeout(what, seconds * 1000),
      send: (taskToken, { success, failure, heartbeat }) => {
        const command = heartbeat
          ? client.send(new SendTaskHeartbeatCommand({ taskToken }))
          : failure
            ? client.send(new SendTaskFailureCommand({ taskToken, error: failure[0], cause: failure[1] }))
            : client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(success) }));
        command.catch(() => undefined); // the task is over
      },
    },
    scripts,
  );
  const gateway = await openGateway(functions, port);
  const moto = start(python, port, (gateway.address() as AddressInfo).port);
  try {
    await ready(endpoint);
    for (const { name, definition } of definitions)
      await client.send(
        new CreateStateMachineCommand({
          name,
          definition: JSON.stringify(definition),
          roleArn: `arn:aws:iam::${ACCOUNT}:role/r`,
        }),
      );
    return await Promise.all(
      definitions
        .filter(({ run }) => run !== false)
        .map(async ({ name, input }) => {
          const { executionArn } = await client.send(
            new StartExecutionCommand({ stateMachineArn: arnOf(name), name, input: JSON.stringify(input) }),
          );
          for (let waited = 0; waited < PATIENCE_SECONDS; waited++) {
            await pause(1000);
            const { status, output, error, cause } = await client.send(new DescribeExecutionCommand({ executionArn }));
            if (status !== 'RUNNING') return { status: String(status), output: parsed(output), error, cause };
          }
          return {
            status: `RUNNING after ${PATIENCE_SECONDS} seconds`,
            output: null,
            error: undefined,
            cause: undefined,
          };
        }),
    );
  } finally {
    moto.kill();
    client.destroy();
    gateway.closeAllConnections();
    gateway.close();
  }
}

/** moto gives an output that is one string without its quotes. */
function parsed(output: string | undefined): unknown {
  try {
    return output ? JSON.parse(output) : null;
  } catch {
    return output;
  }
}

function start(python: string, port: number, gatewayPort: number): ChildProcess {
  const script = new URL('moto_with_jsonata.py', import.meta.url).pathname;
  // Its interpreter sends what it calls to MOTO_PORT, whatever port the server has itself.
  const env = { ...process.env, MOTO_PORT: String(gatewayPort), MOTO_ACCOUNT_ID: ACCOUNT };
  const moto = spawn(python, [script, '-H', '127.0.0.1', '-p', String(port)], {
    env,
    stdio: ['ignore', process.env.MOTO_LOG ? 'inherit' : 'ignore', process.env.MOTO_LOG ? 'inherit' : 'ignore'],
  });
  return moto;
}

async function ready(endpoint: string): Promise<void> {
  for (let tries = 0; tries < 240; tries++) {
    try {
      const body = JSON.stringify({ stepfunctions: { execute_state_machine: true } });
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${endpoint}/moto-api/config`, { method: 'POST', body, headers });
      if (answer.ok) return;
    } catch {
      // not yet
    }
    await pause(250);
  }
  throw new Error('moto does not start: set MOTO_LOG=1 to see why');
}

/** Answers Lambda's Invoke; everything else goes back to moto. */
async function openGateway(functions: Functions, motoPort: number): Promise<Server> {
  const server = createServer(async (asked, answer) => {
    const parts: Buffer[] = [];
    for await (const part of asked) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const name = /^\/2015-03-31\/functions\/([^/]+)\/invocations/.exec(asked.url ?? '')?.[1];
    if (!name) {
      const { method, url: path, headers } = asked;
      const on = request({ host: '127.0.0.1', port: motoPort, method, path, headers }, (back) => {
        answer.writeHead(back.statusCode ?? 500, back.headers);
        back.pipe(answer);
      });
      on.on('error', () => answer.destroy());
      on.end(body);
      return;
    }
    try {
      const called = decodeURIComponent(name).replace(/^.*:function:/, '');
      const result = await functions.invoke(called, JSON.parse(body.toString() || '{}'));
      answer.writeHead(200, { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' });
      answer.end(JSON.stringify(result));
    } catch (error) {
      answer.writeHead(200, { 'content-type': 'application/json', 'x-amz-function-error': 'Unhandled' });
      answer.end(error instanceof FunctionError ? error.body : String(error));
    }
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
