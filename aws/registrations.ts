import {
  DescribePatchGroupsCommand,
  DescribePatchPropertiesCommand,
  GetParametersByPathCommand,
  type PatchProperty,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { ask, pages } from '#aws/call.ts';
import { ACTING } from '#domain/campaign/acting.ts';
import type { Os } from '#domain/patch/model.ts';

/** What a deployment may meet in an account: asked with the client of whoever asks, osls' own credentials among them. */
export type Registrations = ReturnType<typeof registrations>;

export function registrations(ssm: () => SSMClient) {
  return {
    /** Every patch group that is registered with a baseline: one per operating system, account and Region. */
    async *patchGroups(): AsyncGenerator<{ group: string; os: string; baseline: { id: string; name: string } }> {
      const mappings = pages(async (NextToken) => {
        const command = new DescribePatchGroupsCommand({ MaxResults: 100, NextToken });
        const answer = await ask('ssm:DescribePatchGroups', ssm().send(command));
        return { items: answer.Mappings, next: answer.NextToken };
      });
      for await (const { PatchGroup: group, BaselineIdentity: of } of mappings)
        if (group !== undefined && of?.BaselineId && of.OperatingSystem)
          yield { group, os: of.OperatingSystem, baseline: { id: of.BaselineId, name: of.BaselineName ?? '' } };
    },

    /** The words that a rule may have of a property, letter by letter. */
    async words(OperatingSystem: Os, Property: PatchProperty): Promise<string[]> {
      const rows = pages(async (NextToken) => {
        const command = new DescribePatchPropertiesCommand({ OperatingSystem, Property, MaxResults: 50, NextToken });
        const answer = await ask('ssm:DescribePatchProperties', ssm().send(command));
        return { items: answer.Properties, next: answer.NextToken };
      });
      return (await Array.fromAsync(rows)).flatMap(({ Name }) => Name ?? []);
    },

    /** Stages that act on a group, by the name of the parameter in which they say so. */
    async acting(): Promise<Map<string, string>> {
      const parameters = pages(async (NextToken) => {
        const command = new GetParametersByPathCommand({ Path: ACTING, NextToken });
        const answer = await ask('ssm:GetParametersByPath', ssm().send(command));
        return { items: answer.Parameters, next: answer.NextToken };
      });
      const stages = new Map<string, string>();
      for await (const { Name, Value } of parameters) if (Name && Value) stages.set(Name, Value);
      return stages;
    },
  };
}
