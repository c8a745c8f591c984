import type { Fake, Stage } from '#rehearsal/api.ts';
import type { Address } from '#rehearsal/engine/address.ts';
import type { EngineFault } from '#rehearsal/engine/faults.ts';
import type { Resource } from '#rehearsal/install/cloudformation.ts';
import type { Sites } from '#rehearsal/site/sites.ts';

/** What the engine asks of the world behind the fakes. */
export interface RehearsedWorld {
  fakes: Fake[];
  /** Told of each state that an execution enters; `machine`: its key. */
  entered?(machine: string, state: string): void;
  /** Told of each AWS::SSM::Document of the service. */
  addDocument?(name: string): void;
  /** Told the properties of each AWS::SSM::PatchBaseline of the service, resolved. */
  addBaseline?(properties: Record<string, unknown>): void;
  /** Load balancers with what stands before and behind them; they answer on loopback as long as the rehearsal is open. */
  sites?: Sites;
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
  moves?: ((place: RehearsedPlace) => boolean) | undefined;
  /** Where it answers; loopback and any port, if absent. */
  address?: Address | undefined;
}

export interface RehearsedPlace {
  region: string;
  account: string;
}
