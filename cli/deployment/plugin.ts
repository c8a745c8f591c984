/** The plugin of osls that asks the account before a deployment and speaks after a removal. */
import { operator } from '#aws/operator.ts';
import { purge, refuseWhileOpen, type Stack, whatStays } from './around.ts';

/** As much of osls as this plugin touches. */
interface Serverless {
  service: { service: string; custom: { open?: unknown } };
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
      'before:deploy:deploy': () => this.#refuse('deploy'),
      'before:remove:remove': () => this.#refuse('remove'),
      'after:remove:remove': async () => say(...whatStays(await this.#stack())),
      'purge:purge': async () => purge(await this.#operator(), await this.#stack(), say),
    };
  }

  async #refuse(what: 'deploy' | 'remove'): Promise<void> {
    if (this.#serverless.service.custom.open === 'ignore') return;
    await refuseWhileOpen(await this.#operator(), await this.#stack(), what);
  }

  async #operator() {
    return operator(await this.#serverless.getProvider('aws').getAwsSdkV3Config());
  }

  async #stack(): Promise<Stack> {
    const provider = this.#serverless.getProvider('aws');
    const stage = provider.getStage();
    const name = `${this.#serverless.service.service}-${stage}`;
    return { name, stage, region: provider.getRegion(), account: await provider.getAccountId() };
  }
}

function say(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
