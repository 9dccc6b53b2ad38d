import type { State, Template } from '../../asl/state-machine.ts';
import type { StateSource } from '../source-map.ts';
import type { Jsonata } from './jsonata/jsonata.ts';

/** The slots of a step where they are in no variable yet, because the state that made them is still the current one. */
export type UnassignedSlots = (step: string) => Jsonata | undefined;

/** Where nothing is fresh. */
export const noUnassignedSlots: UnassignedSlots = () => undefined;

/** What comes after a state: another state, or the end of the scope with an output. */
export type Continuation = { readonly next: string } | ScopeEnd;

/** How the last state of a flow or branch goes on: it ends its scope, or hands its output to the state after an inner flow. */
export type Transition = { readonly End: true } | { readonly Next: string };

/** The end of a flow or branch. */
export interface ScopeEnd {
  /** Its output, given what the last state has fresh. */
  readonly output: (unassigned: UnassignedSlots) => Template;
  /** A state that only gives the output, for ways that do not pass through the last task. */
  readonly pass: () => string;
  readonly transition: Transition;
}

/** A state under its name. */
export type Written = readonly [name: string, state: State];

/** The states of a scope, written from its last to its first. */
export class States {
  readonly #entries: Written[] = [];
  readonly #sources: Map<string, StateSource>;

  /** `sources` takes what the states are, by their names. */
  constructor(sources: Map<string, StateSource>) {
    this.#sources = sources;
  }

  /** Adds a state, and what it is. Answers its name. */
  add(name: string, state: State, source: StateSource): string {
    this.#entries.push([name, state]);
    this.#sources.set(name, source);
    return name;
  }

  /** How many states there are so far. */
  get size(): number {
    return this.#entries.length;
  }

  /** The states written since there were `size`, by name. */
  since(size: number): readonly Written[] {
    return this.#entries.slice(size);
  }

  /** The states in the order in which they run. */
  toObject(): { [name: string]: State } {
    return byName(this.#entries.toReversed());
  }
}

/** An object of values by the names of states, of which there may be thousands. */
export function byName<V>(entries: Iterable<readonly [name: string, value: V]>): { [name: string]: V } {
  // Begun without a prototype it is a hash table from the start: with a shape for each new name, a thousand take 10 ms.
  const values: { [name: string]: V } = Object.create(null);
  for (const [name, value] of entries) values[name] = value;
  Object.setPrototypeOf(values, Object.prototype);
  return values;
}

/** `Next`, or `End`, with the output that belongs to it. */
export function transitionTo(after: Continuation, unassigned: UnassignedSlots): { Output: Template } & Transition {
  // Values travel in variables; a state's output is kept empty, so that it can reach no limit.
  return 'next' in after ? { Output: {}, Next: after.next } : { Output: after.output(unassigned), ...after.transition };
}

/** The state to go to from where there is no task to end with. */
export const nextState = (after: Continuation): string => ('next' in after ? after.next : after.pass());

/** An {@link ScopeEnd} whose passing state is written when it is first asked for. */
export function scopeEnd(
  output: (unassigned: UnassignedSlots) => Template,
  transition: Transition,
  { name, source }: { readonly name: () => string; readonly source: StateSource },
  states: States,
): ScopeEnd {
  let made: string | undefined;
  const pass = (): string => {
    made ??= states.add(name(), { Type: 'Pass', Output: output(noUnassignedSlots), ...transition }, source);
    return made;
  };
  return { output, pass, transition };
}
