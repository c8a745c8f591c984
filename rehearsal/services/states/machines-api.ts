/** The operations of Step Functions on state machines. */
import type { Operation } from '#rehearsal/api.ts';
import type { Installed, Machines } from '#rehearsal/services/states/machines.ts';

/** Validation reports at most so many diagnostics if not asked for fewer. */
const DIAGNOSTICS = 100;

export function machineOperations(
  machines: Machines,
  page: (rows: object[], member: string, size: number, token: string | undefined) => Record<string, unknown>,
  ofExecution: (executionArn: string) => Installed,
): Record<string, Operation> {
  return {
    CreateStateMachine: (input) => {
      const { deployed, createdAt } = machines.create(input);
      return { stateMachineArn: deployed.arn, creationDate: new Date(createdAt) };
    },
    UpdateStateMachine: ({ stateMachineArn, ...change }, _caller) => {
      machines.update(stateMachineArn, change);
      return { updateDate: new Date(machines.byArn(stateMachineArn).updatedAt) };
    },
    DeleteStateMachine: ({ stateMachineArn }) => {
      machines.delete(stateMachineArn);
      return {};
    },
    DescribeStateMachine: ({ stateMachineArn }) => {
      const one = machines.byArn(stateMachineArn);
      return {
        ...listed(one),
        status: 'ACTIVE',
        definition: one.text,
        roleArn: one.deployed.roleArn,
        loggingConfiguration: { level: 'OFF', includeExecutionData: false },
        tracingConfiguration: { enabled: false },
      };
    },
    DescribeStateMachineForExecution: ({ executionArn }) => {
      const { deployed, text, updatedAt } = ofExecution(executionArn);
      const { arn, name, roleArn } = deployed;
      return { stateMachineArn: arn, name, definition: text, roleArn, updateDate: new Date(updatedAt) };
    },
    ListStateMachines: ({ maxResults, nextToken }) =>
      page(machines.list().map(listed), 'stateMachines', maxResults || 100, nextToken),
    ValidateStateMachineDefinition: ({ definition, maxResults }) => {
      const found = machines.faults(definition);
      const most = maxResults || DIAGNOSTICS;
      return {
        result: found.length === 0 ? 'OK' : 'FAIL',
        diagnostics: found
          .slice(0, most)
          .map(({ code, message, at }) => ({ severity: 'ERROR', code, message, ...(at !== null && { location: at }) })),
        truncated: found.length > most,
      };
    },
  };
}

function listed({ deployed, createdAt }: Installed) {
  return { stateMachineArn: deployed.arn, name: deployed.name, type: 'STANDARD', creationDate: new Date(createdAt) };
}
