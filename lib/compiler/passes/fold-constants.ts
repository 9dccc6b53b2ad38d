import { allWithin, type Expression, literal, mapOrSame } from '../../flow/expression.ts';
import { expressionsOf, type Flow, mapStep, type Step } from '../../flow/flow.ts';
import { blobIdOf } from '../../runtime/stores/blobs.ts';
import { builtinOf, callsBuiltin, fieldsOf } from '../analyse/builtins.ts';
import { skipIfOf } from '../analyse/demand.ts';
import { FLOW_KEYS } from '../analyse/inner-flow.ts';
import { blobStepOf, literalBlob } from './blob-steps.ts';
import { dropSkippedSteps } from './drop-skipped-steps.ts';
import { fold, isConstant } from './fold.ts';
import { asAbsorbed, type Change, type FlowPass, type PassContext, type Rewritten } from './pass.ts';
import { pureValueOf } from './pure-value.ts';
import { stepsReadIn } from './references.ts';
import { type FlowQueries, type InliningRule, isPlain, NO_WORK, StepInliner } from './step-inliner.ts';

const NAME = 'fold-constants';

/** What is written out in the flow is worked out by the compiler: choices, pure steps, and what becomes known by them. */
export const foldConstants: FlowPass<'fold-constants'> = {
  rewrites: 'flow',
  name: NAME,
  title: 'what is known already is worked out',
  rewrite: (context) => {
    const { steps, output } = context.analysis.flow;
    const isSimpler = output !== undefined && fold(output) !== output;
    const ofOutput = isSimpler ? [{ steps: [], what: 'the output has a choice that is known' }] : [];
    const decided = [...steps.flatMap(changeOf), ...ofOutput];
    const parts = [absorbConstants, inlineConstantFlows, dropUnreadBlobs, (flow: Flow) => dropSkippedSteps(flow, NAME)];
    const done = parts.reduce<Rewritten>((before, part) => both(before, part(before.flow, context)), {
      flow: context.analysis.flow,
      absorbed: [],
      changes: decided,
    });
    return done.changes.length > 0 ? done : undefined;
  },
};

const both = (one: Rewritten, other: Rewritten): Rewritten => ({
  flow: other.flow,
  absorbed: [...one.absorbed, ...other.absorbed],
  changes: [...one.changes, ...other.changes],
});

/** What a step has that is simpler once it is folded. */
function changeOf(step: Step): readonly Change[] {
  const folded = mapStep(step, fold);
  const isSimpler = folded !== step && choicesIn(folded) < choicesIn(step);
  return isSimpler || hasFalseSkipIf(folded) ? [{ steps: [step.id], what: 'has a choice that is known' }] : [];
}

/** Whether a step has a `skipIf` that never holds. */
const hasFalseSkipIf = (step: Step): boolean => step.skipIf !== undefined && skipIfOf(step) === undefined;

const withoutFalseSkipIf = (step: Step): Step => {
  const { skipIf: _, ...rest } = step;
  return hasFalseSkipIf(step) ? rest : step;
};

const choicesIn = (step: Step): number => expressionsOf(step).reduce((sum, one) => sum + choices(one), 0);

/** How many ways a value has to be made. */
const choices = (expression: Expression): number =>
  allWithin(expression).reduce(
    (sum, one) => sum + (one.kind === 'coalesce' ? one.items.length : one.kind === 'if' ? 1 : 0),
    0,
  );

const absorption: InliningRule = {
  name: NAME,
  simplify: fold,
  valueOf: (step, tools) => {
    const value = constantOf(step) ?? blobReadBy(step, tools);
    return value && { value, input: value, work: NO_WORK };
  },
};

/** Pure steps with constant input; what they give makes other steps' input constant. */
function absorbConstants(_: Flow, context: PassContext): Rewritten {
  const { flow, ...rest } = new StepInliner(context, absorption).rewrite();
  return { ...rest, flow: { ...flow, steps: flow.steps.map(withoutFalseSkipIf) } };
}

function constantOf(step: Step): Expression | undefined {
  const pure = isConstant(step.input) ? pureValueOf(step) : undefined;
  const value = pure && fold(pure.value);
  return value && isConstant(value) ? value : undefined;
}

/** What a `get_blob` gives of a blob whose content is written out. */
function blobReadBy(step: Step, tools: FlowQueries): Expression | undefined {
  if (!callsBuiltin(step, 'get_blob')) return undefined;
  const [field, ...more] = fieldsOf(step.input) ?? [];
  const id = field?.[0] === 'blob_id' && more.length === 0 ? blobStepOf(field[1]) : undefined;
  const put = id === undefined ? undefined : tools.step(id);
  const blob = put && tools.runsOrFails(put) ? literalBlob(put) : undefined;
  return blob && literal({ data: blob.data }, step.input.span);
}

/** A step whose flow has become part of this one needs no blob to read it from. */
function inlineConstantFlows(flow: Flow, context: PassContext): Rewritten {
  const steps = new Map(flow.steps.map((step) => [step.id, step]));
  const idOf = (expression: Expression): Expression => {
    const put = steps.get(blobStepOf(expression) ?? '');
    const blob = put && isPlain(put, context) ? literalBlob(put) : undefined;
    return blob ? literal(blobIdOf(blob.data), expression.span) : expression;
  };
  const named = flow.steps.map((step) => (context.analysis.inner.has(step.id) ? withFlowId(step, idOf) : step));
  const changed = named.filter((step, at) => step !== flow.steps[at]);
  const changes = changed.map(({ id }) => ({ steps: [id], what: 'runs a flow that is known' }));
  return { flow: { ...flow, steps: named }, absorbed: [], changes };
}

function withFlowId(step: Step, change: (expression: Expression) => Expression): Step {
  const builtin = builtinOf(step);
  const keys = (builtin && FLOW_KEYS[builtin]) ?? [];
  if (step.input.kind !== 'map') return step;
  const entries = mapOrSame(step.input.entries, (entry) => {
    const value = keys.includes(entry.key) ? change(entry.value) : entry.value;
    return value === entry.value ? entry : { ...entry, value };
  });
  return entries === step.input.entries ? step : { ...step, input: { ...step.input, entries } };
}

/** A blob whose readers all know what is in it need not be stored, unless every step is to run. */
function dropUnreadBlobs(flow: Flow, context: PassContext): Rewritten {
  if (flow.evaluation === 'eager') return { flow, absorbed: [], changes: [] };
  const read = stepsReadIn(flow);
  const isKnownBlob = (step: Step): boolean =>
    !read.has(step.id) && !step.mustExecute && isPlain(step, context) && literalBlob(step) !== undefined;
  const gone = flow.steps.filter(isKnownBlob);
  const steps = flow.steps.filter((step) => !isKnownBlob(step));
  const changes = gone.map(({ id }) => ({ steps: [id], what: 'has readers that all know what it stores' }));
  return { flow: { ...flow, steps }, absorbed: gone.map((step) => asAbsorbed(step, NAME)), changes };
}
