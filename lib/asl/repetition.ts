import type { MapState, State } from './state-machine.ts';
import type { NamedState } from './walk-states.ts';

// A definition does not say how often its loops go round, nor how many items a Map gets. Who writes the states knows the most
// there can be, and notes it here.
const visits = new WeakMap<State, number>();
const items = new WeakMap<MapState, number>();

/** Notes that an execution may visit states `times` as often as they would be visited without their loop. */
export function repeatStates(states: readonly NamedState[], times: number): void {
  for (const [, state] of states) visits.set(state, visitsOf(state) * times);
}

/** How often an execution visits a state, at most, where nothing around it is repeated. A Fail state ends the execution. */
export const visitsOf = (state: State): number => (state.Type === 'Fail' ? 1 : (visits.get(state) ?? 1));

/** Notes how many items an inline Map has at most. */
export function boundItems(state: MapState, most: number): MapState {
  items.set(state, most);
  return state;
}

/** How many items an inline Map has at most; undefined where that was not noted. */
export const mostItemsOf = (state: MapState): number | undefined => items.get(state);
