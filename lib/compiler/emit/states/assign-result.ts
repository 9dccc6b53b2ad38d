import type { Template } from '../../../asl/state-machine.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import { type Transition, transitionTo, type UnassignedSlots } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { EmitContext } from '../frame.ts';
import { evaluated, type Jsonata } from '../jsonata/jsonata.ts';
import { bind } from '../jsonata/locals.ts';
import { slotsOf } from '../jsonata/slots.ts';

/** The last fields of the state that makes a step's result. */
export type AssignedResult = { Assign?: { [name: string]: Template }; Output: Template } & Transition;

/** Assigns a result to the step's variable, or puts it directly into the output of the scope that ends with the step. */
export function assignResult(
  emitter: FlowEmitter,
  planned: PlannedStep,
  { scopePath, after }: EmitContext,
  result: Jsonata,
): AssignedResult {
  const slots = slotsOfResult(emitter, planned, result);
  const unassigned: UnassignedSlots = (id) =>
    id === planned.step.id && planned.readings.length > 0 ? slots : undefined;
  return {
    ...('next' in after && emitter.assign(planned, scopePath, evaluated(slots))),
    ...transitionTo(after, unassigned),
  };
}

/** The slots of a step with this result. */
export const slotsOfResult = (emitter: FlowEmitter, planned: PlannedStep, result: Jsonata): Jsonata =>
  bind('$result', result, slotsOf(planned.step.id, '$result', emitter.keys(planned)));
