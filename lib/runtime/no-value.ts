import type { Json } from '../protocol/json.ts';
import type { Computed } from '../protocol/operation.ts';

/** Why an operation or a secret in a step's input has no value. */
export class NoValue extends Error {
  /** The marker of the secret, or of the outermost operation, that has none. */
  of: Json | undefined;
  readonly computed: Exclude<Computed, { readonly value: Json }>;

  constructor(computed: Exclude<Computed, { readonly value: Json }>) {
    super('missing' in computed ? computed.missing : computed.fault);
    this.computed = computed;
  }
}
