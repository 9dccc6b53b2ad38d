import { lastIn, type PlannedStep } from '../plan/plan.ts';
import { ANSWER, callOf } from './call.ts';
import type { FlowEmitter, Place } from './emit-flow.ts';
import { closing, type Fresh } from './end.ts';
import { templateOf } from './expressions.ts';
import { holdsValue } from './fixed-bytes.ts';
import { evaluated } from './jsonata.ts';
import { outputReads } from './output-reads.ts';
import { componentRetry } from './retry.ts';
import type { Template } from './state-machine.ts';

/** Writes a step as a Task that calls its component's function. */
export function emitTask(emitter: FlowEmitter, planned: PlannedStep, place: Place): string {
  const { name, chain, states, after } = place;
  const { step } = planned;
  const keys = emitter.keys(planned);
  const fresh: Fresh = (id) => (id === step.id && keys.length > 0 ? ANSWER : undefined);
  const retry = step.onError.action === 'retry' ? [componentRetry(step.onError.maxRetries)] : [];
  const catchers = emitter.catchers(planned, place);
  return states.add(name, {
    ...callOf(step.component, payloadOf(emitter, planned, place), retry),
    ...(catchers.length > 0 && { Catch: catchers }),
    ...('next' in after && emitter.assign(planned, chain, evaluated(ANSWER))),
    ...closing(after, fresh),
  });
}

/** The `Invocation` of a step. */
function payloadOf(emitter: FlowEmitter, planned: PlannedStep, place: Place): { [field: string]: Template } {
  const { chain } = place;
  const output = isLast(emitter, planned) ? outputReads(emitter, planned, place) : undefined;
  const keys = emitter.keys(planned);
  const { prefix } = emitter.frame;
  const { fused = [] } = planned.step;
  return {
    step: `${prefix}${planned.step.id}`,
    input: templateOf(planned.step.input, emitter.scope(chain)),
    ...(keys.length > 0 && { reads: [...keys] }),
    ...(keys.some(holdsValue) && { spillAbove: emitter.frame.budget.spillAbove(planned.step.id) }),
    ...(planned.secrets.length > 0 && { secrets: [...planned.secrets] }),
    ...(isCovered(planned.step) && { covered: true }),
    ...(fused.length > 0 && { fused: fused.map((one) => ({ ...one, step: `${prefix}${one.step}` })) }),
    ...(output !== undefined && { output }),
    execution: evaluated(emitter.execution(chain)),
  };
}

/** Whether the flow still ends with the step: what comes last may have become part of another state machine. */
const isLast = ({ frame }: FlowEmitter, { step }: PlannedStep): boolean => lastIn(frame.plan.tree) === step.id;

const isCovered = ({ onError }: PlannedStep['step']): boolean =>
  onError.action === 'useDefault' || onError.action === 'skip';
