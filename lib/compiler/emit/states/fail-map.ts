import type { Catcher, TaskState } from '../../../asl/state-machine.ts';
import { TOO_MANY_FAILED } from '../../../protocol/aws-errors.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { EmitContext } from '../frame.ts';
import { evaluated, type Jsonata, jsonata, lookup, quote, text } from '../jsonata/jsonata.ts';
import { NESTED_INPUT } from '../layout.ts';
import { callOf } from './call.ts';

const FAILURE = '/builtin/map_failure';

/** The field in the input of an item's execution that names the Map, for {@link failItem}. */
export const MAP_FIELD = 'map';

/** The name of a distributed Map that fails with its first item: no other Map of any execution has it. */
export const nameOfMap = (emitter: FlowEmitter, planned: PlannedStep, { scopePath }: EmitContext): Jsonata => {
  const iteration = emitter.iteration(scopePath);
  const step = quote(`${emitter.frame.prefix}${planned.step.id}`);
  const own = jsonata`$states.context.Execution.Id & " " & ${step}`;
  return iteration === undefined ? own : jsonata`${own} & " " & ${iteration}`;
};

/**
 * The end of an item's execution that fails the Map: a function keeps the item's error, and fails with it. AWS says of a failed
 * Map Run only that items have failed.
 */
export const failItem = (emitter: FlowEmitter, planned: PlannedStep): TaskState => ({
  ...callOf(FAILURE, {
    step: text(`${emitter.frame.prefix}${planned.step.id}`),
    input: { map: evaluated(lookup(NESTED_INPUT, MAP_FIELD)), error: evaluated(jsonata`$states.input.error`) },
    reads: [],
  }),
  End: true,
});

/** The catcher of a Map Run that an item has failed: a function fails with the error of that item. */
export function failureOfItem(emitter: FlowEmitter, planned: PlannedStep, context: EmitContext): Catcher {
  const catchers = emitter.catchers(planned, context, true);
  const state: TaskState = {
    ...callOf(FAILURE, {
      step: text(`${emitter.frame.prefix}${planned.step.id}`),
      input: { map: evaluated(nameOfMap(emitter, planned, context)) },
      reads: [],
    }),
    ...(catchers.length > 0 && { Catch: catchers }),
    End: true,
  };
  const name = emitter.stateName(planned, 'failure');
  return {
    ErrorEquals: [TOO_MANY_FAILED],
    Output: {},
    Next: context.states.add(name, state, emitter.source('map-results', planned)),
  };
}
