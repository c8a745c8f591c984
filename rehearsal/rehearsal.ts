/** Opens a rehearsal: the product, as serverless.yml says, installed in a small AWS in virtual time. One at a time in a process. */
import { fileURLToPath } from 'node:url';
import { address, admit, occupy, vacate, wait } from '#rehearsal/engine/address.ts';
import { type Gateway, OWN_KEY } from '#rehearsal/engine/gateway.ts';
import { readServerless } from '#rehearsal/install/serverless.ts';
import { OpenRehearsal } from '#rehearsal/open-rehearsal.ts';
import type { RehearsalOptions } from '#rehearsal/options.ts';
import { createTables, openDynamodb } from '#rehearsal/services/dynamodb/dynamodb.ts';

const ACCOUNT = '123456789012';

/** Throws for a service that cannot be rehearsed, saying where and why. */
export async function openRehearsal(options: RehearsalOptions): Promise<OpenRehearsal> {
  const root = options.root ?? fileURLToPath(new URL('..', import.meta.url));
  const account = options.account ?? ACCOUNT;
  const installed = readServerless({
    root,
    account,
    file: options.serverless,
    stage: options.stage,
    region: options.region,
    added: options.added,
  });
  const dynamodb = openDynamodb();
  // Until it is open only its own tables are made: strangers wait.
  let handle: Gateway['handle'] = async (request, response) => {
    if (request.headers.authorization?.includes(`Credential=${OWN_KEY}/`)) dynamodb.emit('request', request, response);
    else wait(request, response);
  };
  let open: OpenRehearsal | null = null;
  await occupy((request, response) => handle(request, response), options.address);
  try {
    const port = await address();
    await createTables(installed.tables, port);
    const opened = new OpenRehearsal(options, installed, root, port, dynamodb);
    open = opened;
    // Who lets the small AWS itself answer anywhere wants no port of the scenario's either: several may run beside each other.
    await opened.sites?.open(!options.address?.port);
    handle = (request, response) => opened.gateway.handle(request, response);
    admit();
    return opened;
  } catch (error) {
    await open?.close();
    await vacate();
    admit();
    throw error;
  }
}
