declare module 'asl-validator' {
  /** The published package has no types that a default import finds. */
  export default function validate(definition: unknown): { isValid: boolean; errorsText(separator?: string): string };
}
declare module 'asl-validator/dist/src/types.js' {
  /** The codes of what it finds. */
  export const StateMachineErrorCode: Record<string, string>;
}
