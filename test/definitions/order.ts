import type { Branch } from '../../lib/asl/state-machine.ts';
import { targetsOf } from '../../lib/asl/transitions.ts';
import type { Compiled } from '../../lib/compiler/compile.ts';
import { insideOf, ownFields, type Problem } from './problem.ts';

/** Where a state stands: the scopes from the outermost to its own, each with the state in it that leads there. */
type Place = readonly { readonly scope: Branch; readonly state: string }[];

/**
 * What is wrong with the order of the states of a flow: each that a step is called by must come after those of the steps in its
 * `after`, however the execution goes. Steps that have no state of their own are left out.
 */
export function problemsOfOrder(compiled: Compiled): readonly Problem[] {
  const { flow, stateMachine, nestedMachines, sourceMap } = compiled;
  if (!flow || !stateMachine) return [];
  const nested = new Map<string, Branch>(nestedMachines.map((one) => [`\${machine:${one.name}}`, one.stateMachine]));
  const places = new Map<string, Place>();
  const visit = (scope: Branch, around: Place): void => {
    for (const [name, state] of Object.entries(scope.States)) {
      const place: Place = [...around, { scope, state: name }];
      places.set(name, place);
      for (const inside of insideOf(state)) visit(inside, place);
      const own = JSON.stringify(ownFields(state));
      for (const [started, machine] of nested) if (own.includes(started)) visit(machine, place);
    }
  };
  visit(stateMachine, []);
  const placesOf = (step: string): readonly Place[] =>
    Object.entries(sourceMap.states).flatMap(([name, { role, step: own, iterations = [] }]) => {
      const place = places.get(name);
      return place && role === 'step' && (own === step || iterations.includes(step)) ? [place] : [];
    });
  return flow.steps.flatMap(({ id, after = [] }) =>
    after.flatMap(({ step }) =>
      placesOf(id).flatMap((later) =>
        placesOf(step).some((earlier) => !comesAfter(later, earlier)) ? [`"${id}" does not come after "${step}"`] : [],
      ),
    ),
  );
}

/** Whether one state is only entered when another one is left for good, or was passed over. */
function comesAfter(later: Place, earlier: Place): boolean {
  const at = later.findIndex(({ scope, state }, index) => {
    const other = earlier[index];
    return other?.scope !== scope || other.state !== state;
  });
  const [one, other] = [later[at], earlier[at]];
  if (!one || !other || one.scope !== other.scope) return false;
  return reaches(one.scope, other.state, one.state) && !reaches(one.scope, one.state, other.state);
}

function reaches({ States }: Branch, from: string, to: string): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const state = States[name];
    for (const next of state ? targetsOf(state) : []) {
      if (next === to) return true;
      if (!seen.has(next)) open.push(next);
      seen.add(next);
    }
  }
  return false;
}
