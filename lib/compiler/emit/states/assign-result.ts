import type { Template } from '../../../asl/state-machine.ts';
import type { Expression } from '../../../flow/expression.ts';
import { inputField } from '../../analyse/builtins.ts';
import type { PlannedStep } from '../../plan/plan.ts';
import type { EmitContext, FlowEmitter } from '../emit-flow.ts';
import { type Transition, transitionTo, type UnassignedSlots } from '../end.ts';
import { evaluated, type Jsonata } from '../jsonata/jsonata.ts';
import { bind } from '../jsonata/locals.ts';
import { slotsOf } from '../jsonata/slots-of.ts';

/** The last fields of a step's state that has the step's result at hand. */
export type AssignedResult = { Assign?: { [name: string]: Template }; Output: Template } & Transition;

/** Puts a result into the step's variable, or straight into the output of what ends with the step. */
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

/** The slots of a step with such a result. */
export const slotsOfResult = (emitter: FlowEmitter, planned: PlannedStep, result: Jsonata): Jsonata =>
  bind('$result', result, slotsOf(planned.step.id, '$result', emitter.keys(planned)));

/** A field of a step's input; null where it is not given. */
export const fieldOf = ({ step }: PlannedStep, name: string): Expression =>
  inputField(step, name) ?? { kind: 'literal', value: null, span: step.componentSpan };
