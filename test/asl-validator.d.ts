declare module 'asl-validator' {
  /** The published package has no types that a default import finds. */
  export default function validate(definition: unknown): { isValid: boolean; errorsText(separator?: string): string };
}
