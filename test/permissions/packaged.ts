/** The service packaged as `npm run package` does it, in a folder of its own, with every reference in the template resolved. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Statement } from './evaluate.ts';

const root = new URL('../..', import.meta.url).pathname;
export const ACCOUNT = '123456789012';
export const REGION = 'eu-central-1';

export interface Template {
  // biome-ignore lint/suspicious/noExplicitAny: CloudFormation
  Resources: Record<string, { Type: string; Properties: any; [key: string]: unknown }>;
  Outputs: Record<string, { Value: unknown }>;
}

/** Throws with what osls said. */
export function packaged(options: string[] = []): { template: Template; zips: Record<string, number> } {
  const directory = mkdtempSync(join(tmpdir(), 'patchwright-package-'));
  try {
    for (const name of readdirSync(root))
      if (/\.(yml|json)$/.test(name))
        copyFileSync(join(root, name), join(directory, name)); // osls wants a file of its own
      else if (!name.startsWith('.') && name !== 'out') symlinkSync(join(root, name), join(directory, name));
    execFileSync(process.execPath, [join(root, 'node_modules/.bin/osls'), 'package', ...options], {
      cwd: directory,
      encoding: 'utf8',
      env: { ...process.env, SLS_TELEMETRY_DISABLED: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const built = join(directory, '.serverless');
    const text = readFileSync(join(built, 'cloudformation-template-update-stack.json'), 'utf8');
    const zips = readdirSync(built).filter((name) => name.endsWith('.zip'));
    return {
      template: resolved(JSON.parse(text)),
      zips: Object.fromEntries(zips.map((name) => [name.replace('.zip', ''), readFileSync(join(built, name)).length])),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The inline policies of a role. */
export function statementsOf(template: Template, roleId: string): Statement[] {
  const role = template.Resources[roleId];
  if (role?.Type !== 'AWS::IAM::Role') throw new Error(`there is no role ${roleId}`);
  return role.Properties.Policies.flatMap(
    ({ PolicyDocument }: { PolicyDocument: { Statement: Statement[] } }) => PolicyDocument.Statement,
  );
}

function resolved(template: Template): Template {
  const { Resources } = template;
  const named = (id: string) => {
    const p = Resources[id]?.Properties ?? {};
    const name = p.TableName ?? p.BucketName ?? p.QueueName ?? p.TopicName ?? p.FunctionName ?? p.StateMachineName;
    return String(name === undefined ? id : value(name));
  };
  const arn = (id: string): string => {
    const [, service = '', kind] = (Resources[id]?.Type ?? '').toLowerCase().split('::');
    const forms: Record<string, string> = {
      table: `table/${named(id)}`,
      function: `function:${named(id)}`,
      statemachine: `stateMachine:${named(id)}`,
      key: `key/${named(id)}`,
      role: `role/${named(id)}`,
      loggroup: `log-group:${value(Resources[id]?.Properties.LogGroupName)}:*`,
    };
    if (service === 's3') return `arn:aws:s3:::${named(id)}`;
    const of = { stepfunctions: 'states' }[service] ?? service;
    return `arn:aws:${of}:${REGION}:${ACCOUNT}:${forms[kind ?? ''] ?? named(id)}`;
  };
  const reference = (id: string): string => {
    const pseudo: Record<string, string> = {
      'AWS::AccountId': ACCOUNT,
      'AWS::Region': REGION,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
    };
    if (pseudo[id]) return pseudo[id];
    return /SNS::Topic|StateMachine/.test(Resources[id]?.Type ?? '') ? arn(id) : named(id);
  };
  const attribute = (id: string, name: string) => (name.endsWith('Arn') ? arn(id) : `${id}.${name}`);
  const value = (given: unknown): unknown => {
    if (Array.isArray(given)) return given.map(value);
    if (typeof given !== 'object' || given === null) return given;
    const [[name, argument] = ['', null], ...others] = Object.entries(given);
    if (others.length === 0 && name === 'Ref') return reference(String(argument));
    if (others.length === 0 && name === 'Fn::GetAtt') {
      const [id = '', ...rest] = Array.isArray(argument) ? argument : String(argument).split('.');
      return attribute(id, rest.join('.'));
    }
    if (others.length === 0 && name === 'Fn::Sub' && typeof argument === 'string')
      return argument.replaceAll(/\$\{([^}]+)\}/g, (_, text: string) => {
        const [id = '', ...rest] = text.split('.');
        return rest.length ? attribute(id, rest.join('.')) : reference(id);
      });
    if (others.length === 0 && name === 'Fn::Join') {
      const [by, parts] = argument as [string, unknown[]];
      return parts.map(value).join(by);
    }
    return Object.fromEntries(Object.entries(given).map(([key, one]) => [key, value(one)]));
  };
  return value(template) as Template;
}
