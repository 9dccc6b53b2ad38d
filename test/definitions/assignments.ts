import type { State } from '../../lib/asl/state-machine.ts';

/** The variables that a state assigns on its way to another; `next` is undefined where it ends its scope. */
export interface Assignment {
  readonly next: string | undefined;
  readonly names: readonly string[];
}

/** What a state assigns on each of its ways: after success, by each rule of a Choice or none, after each failure. */
export function assignmentsOf(state: State): readonly Assignment[] {
  const own = 'Assign' in state ? state.Assign : undefined;
  const ways = 'Catch' in state ? (state.Catch ?? []).map(({ Next, Assign }) => wayTo(Next, Assign)) : [];
  if (state.Type !== 'Choice') return [wayTo('Next' in state ? state.Next : undefined, own), ...ways];
  return [...state.Choices.map(({ Next, Assign }) => wayTo(Next, Assign)), wayTo(state.Default, own)];
}

const wayTo = (next: string | undefined, assign: object = {}): Assignment => ({ next, names: Object.keys(assign) });
