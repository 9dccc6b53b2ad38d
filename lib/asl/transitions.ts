import type { State } from './state-machine.ts';

/** The states that a state may lead to: after success, by each rule of a Choice or none, after each failure. */
export function targetsOf(state: State): readonly string[] {
  const next = 'Next' in state && state.Next !== undefined ? [state.Next] : [];
  const chosen = state.Type === 'Choice' ? [...state.Choices.map(({ Next }) => Next), state.Default ?? []].flat() : [];
  const caught = 'Catch' in state ? (state.Catch ?? []).map(({ Next }) => Next) : [];
  return [...next, ...chosen, ...caught];
}

/** The names of the states that an execution may come to from the state `start`, itself included. */
export function reachableFrom(start: string, states: ReadonlyMap<string, State>): ReadonlySet<string> {
  const reached = new Set([start]);
  for (const name of reached) {
    const state = states.get(name);
    for (const next of state ? targetsOf(state) : []) reached.add(next);
  }
  return reached;
}
