import type { CloudFormation, Resource } from '#rehearsal/install/cloudformation.ts';

export interface DeployedMachine {
  key: string; // campaign, for CampaignMachine
  name: string;
  arn: string;
  roleArn: string;
  definition: unknown;
}

/** A machine with the ARNs of what it calls in its definition. Throws for what is not rehearsed, with its place. */
export function machine(id: string, { Properties: properties = {} }: Resource, cloud: CloudFormation): DeployedMachine {
  const known = [
    'StateMachineName',
    'StateMachineType',
    'RoleArn',
    'Definition',
    'DefinitionSubstitutions',
    'LoggingConfiguration',
    'TracingConfiguration',
    'EncryptionConfiguration',
    'Tags',
  ];
  for (const field of Object.keys(properties))
    if (!known.includes(field)) throw new Error(`${id}: not rehearsed: ${field}`);
  if ((properties.StateMachineType ?? 'STANDARD') !== 'STANDARD')
    throw new Error(`${id}: not rehearsed: a machine of type ${String(properties.StateMachineType)}`);
  const substitutions = cloud.resolve(
    properties.DefinitionSubstitutions ?? {},
    `${id}.DefinitionSubstitutions`,
  ) as Record<string, string>;
  const short = id.replace(/(State)?Machine$/, '');
  return {
    key: short.charAt(0).toLowerCase() + short.slice(1),
    name: cloud.nameOf(id),
    arn: cloud.arnOf(id),
    roleArn: String(cloud.resolve(properties.RoleArn ?? '', `${id}.RoleArn`)),
    definition: substitute(properties.Definition, substitutions, id),
  };
}

function substitute(value: unknown, by: Record<string, string>, place: string): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
      const found = by[name];
      if (found === undefined)
        throw new Error(`${place}: the definition names \${${name}}, DefinitionSubstitutions does not`);
      return found;
    });
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, by, place));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, by, place)]));
}
