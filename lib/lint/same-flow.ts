import type { Flow, Step } from '../flow/flow.ts';

/** Parts of a flow that say where something is written, not what. */
const PLACES = /^(?:span|tree|outer|entries|\w+Spans?)$/;

/** Whether two flows say the same, wherever it is written. */
export const isSameFlow = (one: Flow, other: Flow): boolean => meaningOf(one) === meaningOf(other);

/** What a flow or a step says. The entries of a literal repeat its value; those of other maps are what they say. */
export const meaningOf = (of: Flow | Step): string =>
  JSON.stringify(of, function (this: { readonly kind?: unknown }, key, value: unknown) {
    if (key === 'entries' && this.kind === 'map') return value;
    // Neither examples nor tests are changed by a rule.
    if (PLACES.test(key) || key === 'examples' || key === 'test') return undefined;
    return value;
  });
