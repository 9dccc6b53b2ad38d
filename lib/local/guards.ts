import type { State, StateMachine } from '../asl/state-machine.ts';

/**
 * The guards of a compiled flow: Choice states that either go on to a step's Task state, their Default, or pass it over.
 * From a guard's name to that of its Task state.
 */
export function guardsOf(
  { States }: Pick<StateMachine, 'States'>,
  tasks: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(States).flatMap(([name, state]): (readonly [string, string])[] => {
      if (state.Type !== 'Choice') return innerStates(state).flatMap((inner) => [...guardsOf(inner, tasks)]);
      return state.Default !== undefined && tasks.has(state.Default) ? [[name, state.Default]] : [];
    }),
  );
}

function innerStates(state: State): readonly Pick<StateMachine, 'States'>[] {
  if (state.Type === 'Parallel') return state.Branches;
  return state.Type === 'Map' ? [state.ItemProcessor] : [];
}
