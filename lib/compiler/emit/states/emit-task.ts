import type { TaskState } from '../../../asl/state-machine.ts';
import { flowRunnerAt } from '../../../flow/flow-runners.ts';
import { earlierSlot } from '../../../protocol/markers.ts';
import {
  defined,
  type Evaluated,
  type TemplatedFusedStep,
  type TemplatedInvocation,
  type Undefinable,
} from '../../../protocol/templated.ts';
import { functionOf, keysOf, type PlannedStep } from '../../plan/plan.ts';
import { lastIn } from '../../plan/plan-tree.ts';
import { transitionTo, type UnassignedSlots } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { EmitContext } from '../frame.ts';
import type { ExpressionScope } from '../jsonata/expression-scope.ts';
import { templateOf } from '../jsonata/expressions.ts';
import { evaluated, type Jsonata, pick, text, verbatim } from '../jsonata/jsonata.ts';
import type { ScopePath } from '../layout.ts';
import { holdsValue } from '../sizes/fixed-bytes.ts';
import { ANSWER, type Call, callOf } from './call.ts';
import { outputReads } from './output-reads.ts';
import { componentRetries } from './retry.ts';
import { waitSeconds } from './wait-seconds.ts';

/** Emits a step as a Task that calls its component's function. */
export function emitTask(emitter: FlowEmitter, planned: PlannedStep, context: EmitContext): string {
  const { name, scopePath, states, after } = context;
  const { step, fusedBefore = [] } = planned;
  const { prefix, budget } = emitter.frame;
  const keys = emitter.keys(planned);
  const slots = answerOf(planned, keys);
  const unassigned: UnassignedSlots = (id) => (id === step.id && keys.length > 0 ? slots : undefined);
  const scope = scopeOfFusedChain(emitter.inputScope([planned], scopePath), fusedBefore, prefix);
  const catchers = emitter.catchers(planned, context);
  const state: TaskState = {
    ...callOfStep(emitter, planned, scopePath, {
      ...calledStepOf(planned, scope, prefix),
      spillAbove: budget.spillAbove(step.id),
      before: fusedBefore.map((fused) =>
        defined<TemplatedFusedStep>({
          ...calledStepOf(fused, scope, prefix),
          ...requestOf(fused, keysOf(fused), prefix),
        }),
      ),
      output: isLast(emitter, planned) ? outputReads(emitter, planned, context) : undefined,
    }),
    ...(catchers.length > 0 && { Catch: catchers }),
    ...('next' in after && emitter.assign(planned, scopePath, evaluated(slots))),
    ...transitionTo(after, unassigned),
  };
  return states.add(name, state, emitter.source(step.added ? 'gather' : 'step', planned));
}

/** The slots that are assigned of an answer: that of a fused chain has more than are read. */
const answerOf = ({ fusedBefore }: PlannedStep, keys: readonly string[]): Jsonata =>
  fusedBefore ? pick(ANSWER, keys) : ANSWER;

/** The step that is called, and its input. */
const calledStepOf = (
  { step }: PlannedStep,
  scope: ExpressionScope,
  prefix: string,
): Pick<StepPayload, 'step' | 'input'> => ({
  step: text(`${prefix}${step.id}`),
  input: templateOf(step.input, scope),
});

/** The part of a payload that may differ between steps that are alike: those share the rest of a call. */
export interface StepPayload extends Pick<TemplatedInvocation, 'step' | 'input'> {
  readonly spillAbove: number | Evaluated;
  /** The steps that the function runs before it. */
  readonly before?: TemplatedFusedStep[];
  /** What the flow's output reads, where the step is the last. */
  readonly output?: TemplatedInvocation['output'] | undefined;
}

/** The call of a step's function. */
export function callOfStep(emitter: FlowEmitter, planned: PlannedStep, scopePath: ScopePath, own: StepPayload): Call {
  const { timeout } = planned.step;
  const onError = emitter.onErrorIn(planned, scopePath);
  const retry =
    onError.action === 'retry'
      ? componentRetries(onError, false, flowRunnerAt(planned.step.component) !== undefined)
      : [];
  const waits = planned.step.waits ? waitSeconds(planned, emitter.inputScope([planned], scopePath)) : undefined;
  const payload = payloadOf(emitter, planned, scopePath, own, waits);
  return callOf(functionOf(planned), payload, { retry, seconds: timeout, waits });
}

/** The `Invocation` of a step. */
function payloadOf(
  emitter: FlowEmitter,
  planned: PlannedStep,
  scopePath: ScopePath,
  { step, input, spillAbove, before = [], output }: StepPayload,
  waits: number | Evaluated | undefined,
): Parameters<typeof callOf>[1] {
  const keys = emitter.keys(planned);
  const iteration = emitter.iteration(scopePath);
  const childExecution = emitter.childExecution(scopePath);
  return {
    step,
    input,
    ...requestOf(planned, keys, emitter.frame.prefix),
    spillAbove: keys.some(holdsValue) ? spillAbove : undefined,
    covered: isCovered(planned.step) || undefined,
    before: before.length > 0 ? before : undefined,
    output,
    execution: evaluated(emitter.execution(scopePath)),
    childExecution: childExecution && evaluated(childExecution),
    iteration: iteration && evaluated(iteration),
    timeout: waits ?? planned.step.timeout,
  };
}

/** What the function has to answer and to write, and which secrets it may read. */
function requestOf({ step, secrets }: PlannedStep, keys: readonly string[], prefix: string): Request {
  const { attachedWork = [] } = step;
  return {
    reads: keys.length > 0 ? verbatim([...keys]) : undefined,
    secrets: secrets.length > 0 ? verbatim([...secrets]) : undefined,
    fused:
      attachedWork.length > 0
        ? verbatim(attachedWork.map((one) => ({ ...one, step: `${prefix}${one.step}` })))
        : undefined,
  };
}

type Request = Undefinable<Pick<TemplatedFusedStep, 'reads' | 'secrets' | 'fused'>>;

/** Whether the flow ends with the step in this state machine: its last step may be in a nested one. */
const isLast = ({ frame }: FlowEmitter, { step }: PlannedStep): boolean => lastIn(frame.plan.tree) === step.id;

/** The wrapper of a fused chain's function replaces links by what they refer to. */
function scopeOfFusedChain(
  scope: ExpressionScope,
  fusedBefore: readonly PlannedStep[],
  prefix: string,
): ExpressionScope {
  const ids = new Set(fusedBefore.map(({ step }) => step.id));
  return {
    ...scope,
    link: ({ step, path }) => (ids.has(step) ? verbatim(earlierSlot(`${prefix}${step}`, path.text)) : undefined),
  };
}

const isCovered = ({ onError }: PlannedStep['step']): boolean =>
  onError.action === 'useDefault' || onError.action === 'skip';
