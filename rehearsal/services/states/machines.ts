/** The state machines that an account has: those of the service, and those that a client makes. */
import { AwsFault } from '#rehearsal/api.ts';
import type { DeployedMachine } from '#rehearsal/install/serverless-machine.ts';
import { argumentFaults } from '#rehearsal/services/states/argument-faults.ts';
import { loadMachine } from '#rehearsal/services/states/asl/definition.ts';
import { BadDefinition, type DefinitionFault } from '#rehearsal/services/states/asl/errors.ts';
import type { Machine } from '#rehearsal/services/states/asl/machine.ts';
import type { TaskRequest } from '#rehearsal/services/states/asl/scope.ts';

export interface Installed {
  deployed: DeployedMachine;
  machine: Machine;
  text: string; // the definition as it was given
  createdAt: number;
  updatedAt: number;
}

export interface Creation {
  name: string;
  definition: string;
  roleArn: string;
  type?: string;
}

const MAX_DEFINITION = 1_048_576;
const NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u;

export class Machines {
  readonly #all = new Map<string, Installed>();
  readonly #parts: { account: string; region: string; now: () => number };
  #resources: Record<string, TaskRequest['pattern'][]> = {};

  constructor(parts: { account: string; region: string; now: () => number }) {
    this.#parts = parts;
  }

  /** `resources`: what Task states may call. Throws BadDefinition with the machine's key in front of each fault. */
  install(machines: DeployedMachine[], resources: Record<string, TaskRequest['pattern'][]>): void {
    this.#resources = resources;
    for (const deployed of machines) {
      try {
        const machine = loadMachine(deployed.definition, resources, argumentFaults);
        this.#put(deployed, machine, JSON.stringify(deployed.definition));
      } catch (error) {
        if (error instanceof BadDefinition) throw new BadDefinition(error.faults, `${deployed.key}: `);
        throw error;
      }
    }
  }

  /** The same request again gives the same machine; another definition under the name is refused. */
  create({ name, definition, roleArn, type }: Creation): Installed {
    checkName(name);
    if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(roleArn))
      throw new AwsFault('InvalidArn', `Invalid Role Arn: '${roleArn}'`);
    if ((type ?? 'STANDARD') !== 'STANDARD')
      throw new AwsFault('StateMachineTypeNotSupported', `not rehearsed: a state machine of the type ${type}`);
    const { account, region } = this.#parts;
    const arn = `arn:aws:states:${region}:${account}:stateMachine:${name}`;
    const { machine, json } = this.#read(definition);
    const there = this.#all.get(arn);
    if (there?.text === definition && there.deployed.roleArn === roleArn) return there;
    if (there) throw new AwsFault('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
    return this.#put({ key: name, arn, name, roleArn, definition: json }, machine, definition);
  }

  /** Executions that run keep the definition with which they began. */
  update(arn: string, { definition, roleArn }: Partial<Creation>): void {
    const there = this.byArn(arn);
    if (definition === undefined && roleArn === undefined)
      throw new AwsFault('MissingRequiredParameter', 'Either the definition, the role ARN, … must be specified');
    if (definition !== undefined) {
      const { machine, json } = this.#read(definition);
      Object.assign(there, { machine, text: definition, deployed: { ...there.deployed, definition: json } });
    }
    if (roleArn !== undefined) there.deployed = { ...there.deployed, roleArn };
    there.updatedAt = this.#parts.now();
  }

  delete(arn: string): void {
    this.#all.delete(arn);
  }

  /** What is wrong with a definition; empty: it is sound. */
  faults(definition: string): DefinitionFault[] {
    if (Buffer.byteLength(definition) > MAX_DEFINITION)
      throw new AwsFault('ValidationException', `Value at 'definition' has more than ${MAX_DEFINITION} bytes`);
    let json: unknown;
    try {
      json = JSON.parse(definition);
    } catch (error) {
      return [{ code: 'INVALID_JSON_DESCRIPTION', message: (error as Error).message, at: null }];
    }
    try {
      loadMachine(json, this.#resources, argumentFaults);
      return [];
    } catch (error) {
      if (error instanceof BadDefinition) return error.faults;
      throw error;
    }
  }

  byArn(arn: string): Installed {
    const found = this.#all.get(arn);
    if (!found) throw new AwsFault('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return found;
  }

  /** A machine's key or name serves as its ARN. */
  find(id: string): Installed {
    const found = [...this.#all.values()].find(({ deployed }) => deployed.key === id || deployed.name === id);
    return this.#all.get(id) ?? found ?? this.byArn(id);
  }

  list(): Installed[] {
    return [...this.#all.values()];
  }

  #read(definition: string): { machine: Machine; json: unknown } {
    const faults = this.faults(definition);
    if (faults.length > 0) {
      // AWS writes null for no place.
      const told = faults.map(({ code, message, at }) => `${code}: ${message} at ${at}`);
      throw new AwsFault('InvalidDefinition', `Invalid State Machine Definition: '${told.join(', ')}'`);
    }
    const json = JSON.parse(definition);
    return { machine: loadMachine(json, this.#resources, argumentFaults), json };
  }

  #put(deployed: DeployedMachine, machine: Machine, text: string): Installed {
    const now = this.#parts.now();
    const made = { deployed, machine, text, createdAt: now, updatedAt: now };
    this.#all.set(deployed.arn, made);
    return made;
  }
}

/** A name that no execution can have makes no ARN of one: AWS does not look for it. */
export function checkExecutionArn(arn: string): void {
  const [, name] = /^arn:aws[a-z-]*:states:[a-z0-9-]+:\d{12}:execution:[^:]+:([^:]+)$/.exec(arn) ?? [];
  if (name === undefined || !NAME.test(name)) throw new AwsFault('InvalidArn', `Invalid Arn: '${arn}'`);
}

/** Of machines and executions alike. */
export function checkName(name: unknown): void {
  if (typeof name !== 'string' || !NAME.test(name))
    throw new AwsFault('InvalidName', `Invalid Name: '${String(name)}'`);
}
