export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';

export function arnOf(machine: string): string {
  return `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:${machine}`;
}
