declare module 'asl-validator' {
  /** Checks a state machine's definition, and writes into it. */
  export default function validate(definition: unknown): { readonly isValid: boolean; readonly errors: unknown[] };
}
