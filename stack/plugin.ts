/**
 * The local plugin of osls. It makes what cannot be written down once: a bundle and a zip per function, a role per function from
 * what stands beside it, and what the policy asks of the stack. Handlers keep their source path, so that rehearsal, package and
 * deployment read the same line.
 */
import { join } from 'node:path';
import type { Policy } from '#domain/policy.ts';
import { policyJson } from '#policy/policy-json.ts';
import { type Bundle, bundles, writeZip } from '#stack/bundle.ts';
import { callsOfThePage, deployedPolicy } from '#stack/deployed.ts';
import { resourcesOf } from '#stack/policy-resources.ts';
import { logical, type May, role, statements } from '#stack/role.ts';

/** As much of osls as this plugin touches. */
export interface Serverless {
  serviceDir: string;
  service: {
    service: string;
    custom: { mode?: unknown; page?: unknown; policyFile?: string };
    functions: Record<string, OslsFunction>;
    provider: { compiledCloudFormationTemplate: Template };
    resources: Template | Template[];
  };
  configSchemaHandler: { defineFunctionProperties(provider: string, schema: object): void };
  getProvider(name: string): { getStage(): string };
}

interface OslsFunction {
  handler: string;
  name: string;
  role?: string;
  may?: May[];
  package?: { artifact?: string };
}

interface Template {
  Resources: Record<string, Record<string, unknown>>;
}

/** These functions read the policy that lies beside them. */
const READ_THE_POLICY = ['openCampaign', 'startCampaigns', 'checkDue'];

/** The function behind the link of an approval, open to the world. */
const PAGE = 'answerApproval';

export default class Patchwright {
  readonly hooks: Record<string, () => Promise<void> | void>;
  readonly #serverless: Serverless;
  #policy: Policy | null = null;

  constructor(serverless: Serverless) {
    this.#serverless = serverless;
    serverless.configSchemaHandler.defineFunctionProperties('aws', {
      type: 'object',
      properties: { may: { type: 'array', items: { type: 'object' } } },
    });
    this.hooks = {
      initialize: () => this.#roles(),
      'before:package:createDeploymentArtifacts': () => this.#bundles(),
      'after:aws:package:finalize:mergeCustomProviderResources': () => this.#complete(),
    };
  }

  #deployed(): Policy {
    this.#policy ??= deployedPolicy(this.#serverless);
    return this.#policy;
  }

  #roles(): void {
    for (const key of Object.keys(this.#serverless.service.functions)) {
      const config = this.#serverless.service.functions[key];
      if (config) config.role = `${logical(key)}Role`;
    }
  }

  async #bundles(): Promise<void> {
    const { serviceDir, service } = this.#serverless;
    callsOfThePage(service.custom.page); // what is wrong is told before minutes of bundling
    const policy = { path: 'policy.json', content: Buffer.from(policyJson(this.#deployed())) };
    const functions = Object.entries(service.functions);
    const made = await bundles(
      serviceDir,
      functions.map(([, { handler }]) => handler),
    );
    for (const [at, [key, config]] of functions.entries()) {
      const file = join(serviceDir, '.serverless', `${key}.zip`);
      writeZip(file, made[at] as Bundle, READ_THE_POLICY.includes(key) ? [policy] : []);
      config.package = { ...config.package, artifact: file };
    }
  }

  /** Roles, and what the policy asks for, go into the template that osls has compiled by now. */
  #complete(): void {
    const { custom, functions, provider } = this.#serverless.service;
    const { Resources } = provider.compiledCloudFormationTemplate;
    const stage = this.#serverless.getProvider('aws').getStage();
    const policy = this.#deployed();
    for (const [key, { may, name }] of Object.entries(functions)) {
      // osls names the role a second time, which the reference to it already says.
      const { DependsOn: on, ...lambda } = Resources[`${logical(key)}LambdaFunction`] ?? {};
      const others = [on].flat().filter((id) => id !== `${logical(key)}Role`);
      Resources[`${logical(key)}LambdaFunction`] = { ...lambda, DependsOn: others };
      Resources[`${logical(key)}Role`] = role(statements(key, may ?? [], { stage, policy }, `/aws/lambda/${name}`));
    }
    const calls = callsOfThePage(custom.page);
    const page = Resources[`${logical(PAGE)}LambdaFunction`];
    if (calls !== null && page) Object.assign(page.Properties as object, { ReservedConcurrentExecutions: calls });
    Object.assign(Resources, resourcesOf(policy, stage));
    for (const { Type, Properties } of Object.values(Resources))
      if (Type === 'AWS::Logs::LogGroup')
        Object.assign(Properties as object, { KmsKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] } });
  }
}
