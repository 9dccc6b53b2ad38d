import { lastIn, type PlannedStep } from '../plan/plan.ts';
import { ANSWER, type Call, callOf } from './call.ts';
import type { FlowEmitter, Place } from './emit-flow.ts';
import { closing, type Fresh } from './end.ts';
import { templateOf } from './expressions.ts';
import { holdsValue } from './fixed-bytes.ts';
import { evaluated } from './jsonata.ts';
import type { Chain } from './layout.ts';
import { outputReads } from './output-reads.ts';
import { componentRetry } from './retry.ts';
import type { Template } from './state-machine.ts';

/** Writes a step as a Task that calls its component's function. */
export function emitTask(emitter: FlowEmitter, planned: PlannedStep, place: Place): string {
  const { name, chain, states, after } = place;
  const { step } = planned;
  const keys = emitter.keys(planned);
  const fresh: Fresh = (id) => (id === step.id && keys.length > 0 ? ANSWER : undefined);
  const catchers = emitter.catchers(planned, place);
  return states.add(name, {
    ...callOfStep(emitter, planned, chain, {
      step: `${emitter.frame.prefix}${step.id}`,
      input: templateOf(step.input, emitter.scope(chain)),
      spillAbove: emitter.frame.budget.spillAbove(step.id),
      output: isLast(emitter, planned) ? outputReads(emitter, planned, place) : undefined,
    }),
    ...(catchers.length > 0 && { Catch: catchers }),
    ...('next' in after && emitter.assign(planned, chain, evaluated(ANSWER))),
    ...closing(after, fresh),
  });
}

/** What is a step's own in the call of its component, where steps that are alike share the rest of it. */
export interface Own {
  readonly step: Template;
  readonly input: Template;
  readonly spillAbove: Template;
  /** What the flow's output reads, where the step is the last. */
  readonly output?: Template | undefined;
}

/** The call of a step's component. */
export function callOfStep(emitter: FlowEmitter, planned: PlannedStep, chain: Chain, own: Own): Call {
  const { component, onError } = planned.step;
  const retry = onError.action === 'retry' ? [componentRetry(onError.maxRetries)] : [];
  return callOf(component, payloadOf(emitter, planned, chain, own), retry);
}

/** The `Invocation` of a step. */
function payloadOf(
  emitter: FlowEmitter,
  planned: PlannedStep,
  chain: Chain,
  { step, input, spillAbove, output }: Own,
): { [field: string]: Template } {
  const keys = emitter.keys(planned);
  const { prefix } = emitter.frame;
  const { fused = [] } = planned.step;
  return {
    step,
    input,
    ...(keys.length > 0 && { reads: [...keys] }),
    ...(keys.some(holdsValue) && { spillAbove }),
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
