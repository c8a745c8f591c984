/** The plugin of osls that asks the account before anything is packaged or changed, and speaks after a removal. */
import { operator } from '#aws/operator.ts';
import { callsOfThePage, deployedPolicy } from '#stack/deployed.ts';
import { purge, refuseWhileOpen, type Stack, whatStays } from './around.ts';
import { before } from './before.ts';
import { refusals } from './refusals.ts';

/** As much of osls as this plugin touches. */
interface Serverless {
  serviceDir: string;
  service: { service: string; custom: { open?: unknown; mode?: unknown; page?: unknown; policyFile?: string } };
  processedInput: { commands: string[] };
  getProvider(name: string): {
    getStage(): string;
    getRegion(): string;
    getAccountId(): Promise<string>;
    getAwsSdkV3Config(): Promise<{ region?: string }> | { region?: string };
  };
}

export default class Deployment {
  readonly commands = {
    purge: { usage: 'Deletes what `remove` leaves of a development stage', lifecycleEvents: ['purge'] },
  };
  readonly hooks: Record<string, () => Promise<void>>;
  readonly #serverless: Serverless;

  constructor(serverless: Serverless) {
    this.#serverless = serverless;
    this.hooks = {
      initialize: () => this.#before(),
      'before:deploy:deploy': () => this.#refuse('deploy'),
      'before:remove:remove': () => this.#refuse('remove'),
      'after:remove:remove': async () => say(...whatStays(await this.#stack())),
      'purge:purge': async () => purge(await this.#operator(), await this.#stack(), say),
    };
  }

  async #before(): Promise<void> {
    const command = this.#serverless.processedInput.commands.join(' ');
    const work = (['deploy', 'remove', 'purge'] as const).find((each) => each === command);
    if (!work) return;
    const usual = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
    say(...(await before(work, this.#place(), () => this.#operator(), usual)));
    if (work === 'deploy') say(...(await this.#refusals()));
    if (work !== 'purge') await this.#refuse(work); // at once, and again after packaging, which takes a while
  }

  async #refusals(): Promise<string[]> {
    const policy = deployedPolicy(this.#serverless);
    const aws = await this.#operator();
    const { account } = await aws.identity();
    const page = callsOfThePage(this.#serverless.service.custom.page);
    return refusals(policy, { ...this.#place(), account }, aws, page);
  }

  async #refuse(what: 'deploy' | 'remove'): Promise<void> {
    if (this.#serverless.service.custom.open === 'ignore') return;
    await refuseWhileOpen(await this.#operator(), await this.#stack(), what);
  }

  async #operator() {
    return operator(await this.#serverless.getProvider('aws').getAwsSdkV3Config());
  }

  async #stack(): Promise<Stack> {
    return { ...this.#place(), account: await this.#serverless.getProvider('aws').getAccountId() };
  }

  #place(): Omit<Stack, 'account'> {
    const provider = this.#serverless.getProvider('aws');
    const stage = provider.getStage();
    return { name: `${this.#serverless.service.service}-${stage}`, stage, region: provider.getRegion() };
  }
}

function say(...lines: string[]): void {
  if (lines.length === 0) return;
  process.stdout.write(`${lines.join('\n')}\n`);
}
