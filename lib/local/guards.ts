import { type Scope, statesIn } from '../asl/walk-states.ts';

/**
 * The guards of a compiled flow: Choice states that either go on to a step's Task state, their Default, or pass it over.
 * From a guard's name to that of its Task state.
 */
export function guardsOf(machine: Scope, tasks: ReadonlySet<string>): ReadonlyMap<string, string> {
  return new Map(
    statesIn(machine).flatMap(([name, state]): (readonly [string, string])[] => {
      const to = state.Type === 'Choice' ? state.Default : undefined;
      return to !== undefined && tasks.has(to) ? [[name, to]] : [];
    }),
  );
}
