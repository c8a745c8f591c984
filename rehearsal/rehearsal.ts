/** Opens a rehearsal: the product, as serverless.yml says, installed in a small AWS in virtual time. One at a time in a process. */
import { fileURLToPath } from 'node:url';
import { type Address, address, admit, occupy, vacate, wait } from '#rehearsal/address.ts';
import type { Fake, Stage } from '#rehearsal/api.ts';
import type { Resource } from '#rehearsal/cloudformation.ts';
import { createTables, openDynamodb } from '#rehearsal/dynamodb.ts';
import type { EngineFault } from '#rehearsal/faults.ts';
import { type Gateway, OWN_KEY } from '#rehearsal/gateway.ts';
import { OpenRehearsal } from '#rehearsal/open-rehearsal.ts';
import { readServerless } from '#rehearsal/serverless.ts';

export type { EngineFault } from '#rehearsal/faults.ts';

/** What the engine asks of the world behind the fakes. */
export interface RehearsedWorld {
  fakes: Fake[];
  /** Told of each state that an execution enters; `machine`: its key. */
  entered?(machine: string, state: string): void;
  /** Told of each AWS::SSM::Document of the service. */
  addDocument?(name: string): void;
  /** Told the properties of each AWS::SSM::PatchBaseline of the service, resolved. */
  addBaseline?(properties: Record<string, unknown>): void;
}

export interface RehearsalOptions {
  /** Epoch milliseconds at which virtual time begins. */
  startAt: number;
  world: (stage: Stage) => RehearsedWorld;
  /** The policy.json that functions read. */
  policyFile: string;
  seed?: number | undefined;
  faults?: EngineFault[] | undefined;
  /** Folder of the service; the repository's own, if absent. */
  root?: string | undefined;
  /** Its file, below root; serverless.yml, if absent. */
  serverless?: string | undefined;
  /** Resources that the deployment adds to those of the file, for this stage. */
  added?: ((stage: string) => Record<string, Resource>) | undefined;
  stage?: string | undefined;
  region?: string | undefined;
  account?: string | undefined;
  /** Told when the first stranger asks for another place. true: the rehearsal closes, and the next one is of that place. */
  moves?: ((place: Place) => boolean) | undefined;
  /** Where it answers; loopback and any port, if absent. */
  address?: Address | undefined;
}

export interface Place {
  region: string;
  account: string;
}

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
  await occupy((request, response) => handle(request, response), options.address);
  try {
    const port = await address();
    await createTables(installed.tables, port);
    const open = new OpenRehearsal(options, installed, root, port, dynamodb);
    handle = (request, response) => open.gateway.handle(request, response);
    admit();
    return open;
  } catch (error) {
    await vacate();
    admit();
    throw error;
  }
}
