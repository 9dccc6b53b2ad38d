import type { Branch, State, Template } from '../../asl/state-machine.ts';
import { reachedIn } from '../../asl/transitions.ts';
import type { NamedState } from '../../asl/walk-states.ts';
import type { StateSource } from '../source-map.ts';
import type { Jsonata } from './jsonata/jsonata.ts';

/** The slots of a step that are in no variable yet, because the current state makes them; undefined for other steps. */
export type UnassignedSlots = (step: string) => Jsonata | undefined;

/** For states that make no result. */
export const noUnassignedSlots: UnassignedSlots = () => undefined;

/** What comes after a state: another state, or the end of the scope with an output. */
export type Continuation = { readonly next: string } | ScopeEnd;

/** The transition of the last state of a flow or branch: it ends its scope, or goes to the state after an inner flow. */
export type Transition = { readonly End: true } | { readonly Next: string };

/** The end of a flow or branch. */
export interface ScopeEnd {
  /** Its output, as the last state gives it. */
  readonly output: (unassigned: UnassignedSlots) => Template;
  /** The name of a state that only gives the output, for transitions that bypass the last task. */
  readonly pass: () => string;
  readonly transition: Transition;
}

/** The states of a scope, emitted from its last to its first. */
export class States {
  readonly #entries: NamedState[] = [];
  readonly #sources: Map<string, StateSource>;

  /** `sources`: receives the source of each state, by its name. */
  constructor(sources: Map<string, StateSource>) {
    this.#sources = sources;
  }

  /** Adds a state and its source. Returns its name. */
  add(name: string, state: State, source: StateSource): string {
    this.#entries.push([name, state]);
    this.#sources.set(name, source);
    return name;
  }

  /** Changes the state `name`. */
  change(name: string, change: (state: State) => State): void {
    const at = this.#entries.findIndex(([own]) => own === name);
    const [, state] = this.#entries[at] ?? [];
    if (state) this.#entries[at] = [name, change(state)];
  }

  /** Whether a Pass or the failure of any state leads to the state `name`. */
  leadsTo(name: string): boolean {
    return this.#entries.some(
      ([, state]) =>
        ('Catch' in state && state.Catch?.some(({ Next }) => Next === name)) ||
        (state.Type === 'Pass' && state.Next === name),
    );
  }

  /** How many states there are so far. */
  get size(): number {
    return this.#entries.length;
  }

  /** The states added since there were `size`. */
  since(size: number): readonly NamedState[] {
    return this.#entries.slice(size);
  }

  /** The scope that begins with the state `StartAt`: the states that some run may come to, in the order in which they run. */
  scope(StartAt: string): Branch {
    const all = { StartAt, States: byName(this.#entries.toReversed()) };
    const reached = reachedIn(all);
    if (reached.size === this.#entries.length) return all;
    for (const [name] of this.#entries) if (!reached.has(name)) this.#sources.delete(name);
    return { StartAt, States: byName(Object.entries(all.States).filter(([name]) => reached.has(name))) };
  }
}

/** An object of values by the names of states, of which there may be thousands. */
export function byName<V>(entries: Iterable<readonly [name: string, value: V]>): { [name: string]: V } {
  // Without a prototype, V8 makes it a hash table at once: a hidden class for each name costs 10 ms for a thousand.
  const values: { [name: string]: V } = Object.create(null);
  for (const [name, value] of entries) values[name] = value;
  Object.setPrototypeOf(values, Object.prototype);
  return values;
}

/** The `Next` or `End` of a state, and the output that belongs to it. */
export function transitionTo(after: Continuation, unassigned: UnassignedSlots): { Output: Template } & Transition {
  // Values travel in variables; a state's output stays empty, so that it cannot exceed a limit.
  return 'next' in after ? { Output: {}, Next: after.next } : { Output: after.output(unassigned), ...after.transition };
}

/** The state to go to for a state that cannot end the scope itself. */
export const nextState = (after: Continuation): string => ('next' in after ? after.next : after.pass());

/** An {@link ScopeEnd} whose passing state is emitted when it is first needed. */
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
