/** Two who judge a definition: asl-validator, and our service by three of its operations. */
import { createRequire } from 'node:module';
import {
  CreateStateMachineCommand,
  SFNClient,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn';
import validate from 'asl-validator';
import type { Rehearsal } from '#rehearsal/api.ts';

const roleArn = 'arn:aws:iam::123456789012:role/any';
export const INVOKE = 'arn:aws:states:::lambda:invoke';

export const machine = (states: object, more: object = {}) => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
  ...more,
});

/** asl-validator makes a new Ajv, and compiles its fifteen schemas again, at every call: here all calls share the first one's. */
const ofValidator = createRequire(createRequire(import.meta.url).resolve('asl-validator'));
interface Compiled {
  addKeyword(...keyword: unknown[]): unknown;
  addFormat(...format: unknown[]): unknown;
  validate(...asked: unknown[]): unknown;
}
const ajv = ofValidator('ajv') as { default: new (options: object) => Compiled };
const Ajv = ajv.default;
let compiled: Compiled | undefined;
ajv.default = function sharing(options: object) {
  if (!compiled) {
    const made = new Ajv(options);
    const validate = made.validate.bind(made);
    made.validate = (...asked) => {
      // From the first judgement on its formats and keywords stand; to add them again is an error.
      made.addKeyword = () => made;
      made.addFormat = () => made;
      return validate(...asked);
    };
    compiled = made;
  }
  return compiled;
} as unknown as typeof Ajv;

/** What asl-validator finds, `CODE: words` each; empty: nothing. It writes into what it reads, so it gets a copy. */
export function validator(definition: object): string[] {
  const { isValid, errorsText } = validate(JSON.parse(JSON.stringify(definition)));
  return isValid ? [] : errorsText('\n').split('\n');
}

export interface Verdict {
  result: string | undefined;
  diagnostics: { code: string | undefined; message: string | undefined; location: string | undefined }[];
  created: string; // 'made', or `Name: message` of the refusal
  updated: string;
}

export class Service {
  readonly #rehearsal: Rehearsal;
  readonly #client = new SFNClient({});
  #sound = '';
  #made = 0;

  constructor(rehearsal: Rehearsal) {
    this.#rehearsal = rehearsal;
  }

  judge(definition: unknown): Promise<Verdict> {
    return this.judgeText(JSON.stringify(definition));
  }

  judgeText(definition: string): Promise<Verdict> {
    return this.#rehearsal.act('operator', async () => {
      const told = await this.#client.send(new ValidateStateMachineDefinitionCommand({ definition }));
      this.#sound ||= await this.#create(JSON.stringify(machine({ Done: { Type: 'Succeed' } })));
      return {
        result: told.result,
        diagnostics: (told.diagnostics ?? []).map(({ code, message, location }) => ({ code, message, location })),
        created: await refusal(() => this.#create(definition)),
        updated: await refusal(() =>
          this.#client.send(new UpdateStateMachineCommand({ stateMachineArn: this.#sound, definition })),
        ),
      };
    });
  }

  async #create(definition: string): Promise<string> {
    const name = `judged-${++this.#made}`;
    const { stateMachineArn } = await this.#client.send(new CreateStateMachineCommand({ name, definition, roleArn }));
    return String(stateMachineArn);
  }
}

async function refusal(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'made';
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}
