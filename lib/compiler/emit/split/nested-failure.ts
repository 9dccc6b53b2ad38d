import type { FailState } from '../../../asl/state-machine.ts';
import { TIMED_OUT } from '../../../protocol/aws-errors.ts';
import type { Evaluated } from '../../../protocol/templated.ts';
import type { StateSource } from '../../source-map.ts';
import type { States } from '../continuation.ts';
import { causeOf, type Fault } from '../frame.ts';
import { choose, evaluated, type Jsonata, jsonata, list, quote } from '../jsonata/jsonata.ts';
import { bind } from '../jsonata/locals.ts';

/**
 * A field of a description that may be cut off. The form of the pattern: JSONata reads a bracket after a backslash as an
 * escaped one, and some regular expression engines recurse for each repetition of a group.
 */
const field = (name: string): Jsonata =>
  jsonata`$match($cause, /${quote(name)}:("[^\\\\"]*(?:\\\\.[^\\\\"]*)*")/, 1)[0].groups[0] ~> $parse()`;

/**
 * The description of a nested execution that failed, from the Cause of the Task that ran it. A Cause has at most 32,768
 * characters (API reference, `HistoryEvent`), and the description contains the execution's input, so it may be cut off. Its
 * fields are in alphabetical order: those needed are at the beginning.
 */
const DESCRIPTION: Jsonata = bind(
  '$cause',
  jsonata`$states.input.Cause`,
  choose(
    jsonata`$states.input.Error != "States.TaskFailed" or $substring($cause, 0, 1) != "{"`,
    jsonata`{}`,
    choose(
      jsonata`$substring($cause, -1) = "}"`,
      jsonata`$parse($cause)`,
      jsonata`{"Error": ${field('Error')}, "Cause": ${field('Cause')}}`,
    ),
  ),
);

/** An expression over the description as `$described`. */
const described = (body: Jsonata): Evaluated => evaluated(bind('$described', DESCRIPTION, body));

const firstOf = (...values: readonly Jsonata[]): Jsonata => jsonata`${list(values)}[0]`;

const CAUSE = choose(
  jsonata`$exists($described.Error)`,
  firstOf(jsonata`$described.Cause`, jsonata`""`),
  firstOf(jsonata`$states.input.Cause`, jsonata`""`),
);

/** Fails with the Error and the Cause of a nested execution. The state's input is what the Task's Catch gives. */
const FAIL: FailState = {
  Type: 'Fail',
  Error: described(firstOf(jsonata`$described.Error`, jsonata`$states.input.Error`)),
  Cause: described(CAUSE),
};

const failStates = new WeakMap<States, string>();

/** The state that fails as a nested execution did, emitted once in a scope. */
export function failureOfNested(states: States, source: StateSource, name: () => string): string {
  const known = failStates.get(states) ?? states.add(name(), FAIL, source);
  failStates.set(states, known);
  return known;
}

/** The state that fails as a nested execution did, or with a fault where that took too long. `of`: the id of its step. */
export const failureInTime = (late: Fault, of: string): FailState => ({
  ...FAIL,
  Cause: evaluated(
    choose(
      jsonata`$states.input.Error = ${quote(TIMED_OUT)}`,
      causeOf(late, of),
      bind('$described', DESCRIPTION, CAUSE),
    ),
  ),
});
