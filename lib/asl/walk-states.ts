import type { Branch, MapState, State } from './state-machine.ts';

/** A state under its name. */
export type NamedState = readonly [name: string, state: State];

/** What has states: a state machine, a branch, the item processor of a Map. */
export type Scope = Pick<Branch, 'States'>;

/** The scopes inside a state: the branches of a Parallel, or the item processor of a Map. */
export function branchesOf(state: State): readonly Branch[] {
  if (state.Type === 'Parallel') return state.Branches;
  return state.Type === 'Map' ? [state.ItemProcessor] : [];
}

/** Whether each iteration of a Map is an execution of its own. */
export const isDistributed = ({ ItemProcessor }: MapState): boolean =>
  ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED';

/** All states of a scope, at any depth, each before those inside it. */
export const statesIn = ({ States }: Scope): readonly NamedState[] =>
  Object.entries(States).flatMap((named) => [named, ...branchesOf(named[1]).flatMap(statesIn)]);

/** A scope with its states changed, at any depth; `change` gets each state after those inside it have been changed. */
export function mapStates<T extends Scope>(scope: T, change: (state: State, name: string) => State): T {
  const inside = <S extends Scope>(inner: S): S => mapStates(inner, change);
  const changed = Object.entries(scope.States).map(([name, state]): NamedState => {
    if (state.Type === 'Parallel') return [name, change({ ...state, Branches: state.Branches.map(inside) }, name)];
    if (state.Type === 'Map') return [name, change({ ...state, ItemProcessor: inside(state.ItemProcessor) }, name)];
    return [name, change(state, name)];
  });
  return { ...scope, States: Object.fromEntries(changed) };
}
