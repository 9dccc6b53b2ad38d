import type { FailState } from '../../../asl/state-machine.ts';
import type { StateSource } from '../../source-map.ts';
import type { States } from '../continuation.ts';
import { evaluated, jsonata } from '../jsonata/jsonata.ts';

/** Fails with the Error and the Cause that a Catch gives it. A failure may have none of its own. */
const FAIL: FailState = {
  Type: 'Fail',
  Error: evaluated(jsonata`[$states.input.Error, ""][0]`),
  Cause: evaluated(jsonata`[$states.input.Cause, ""][0]`),
};

const failStates = new WeakMap<States, string>();

/** The state that fails as what was caught, emitted once in a scope. */
export function passedOn(states: States, source: StateSource, name: () => string): string {
  const known = failStates.get(states) ?? states.add(name(), FAIL, source);
  failStates.set(states, known);
  return known;
}
