import { allWithin, type Expression, literal, mapOrSame } from '../../flow/expression.ts';
import { afterOf, expressionsOf, type Flow, mapStep, type Step } from '../../flow/flow.ts';
import { blobIdOf } from '../../runtime/stores/blobs.ts';
import { callsBuiltin, fieldsOf } from '../analyse/builtins.ts';
import { skipIfOf } from '../analyse/demand.ts';
import { flowKeysOf } from '../analyse/inner-flow.ts';
import { blobStepOf, constantBlob } from './blob-steps.ts';
import { dropSkippedSteps } from './drop-skipped-steps.ts';
import { fold, isConstant } from './fold.ts';
import { asAbsorbed, type Change, type FlowPass, type PassContext, type Rewritten } from './pass.ts';
import { precedingIn } from './preceding.ts';
import { pureValueOf } from './pure-value.ts';
import { stepsReadIn } from './references.ts';
import { type FlowQueries, type InliningRule, NO_WORK, runsOrFails, StepInliner } from './step-inliner.ts';

const NAME = 'fold-constants';

/** Evaluates what is constant: conditions, pure steps, and whatever becomes constant by that. */
export const foldConstants: FlowPass<'fold-constants'> = {
  rewrites: 'flow',
  name: NAME,
  title: 'constant expressions and steps are evaluated at compile time',
  rewrite: (context) => {
    const { steps, output } = context.analysis.flow;
    const isSimpler = output !== undefined && fold(output) !== output;
    const outputChange = isSimpler ? [{ steps: [], what: 'the output has a constant condition' }] : [];
    const simplified = [...steps.flatMap(changeOf), ...outputChange];
    const rewrites = [
      inlineConstantSteps,
      inlineConstantFlows,
      dropUnreadBlobs,
      (flow: Flow) => dropSkippedSteps(flow, NAME),
    ];
    const done = rewrites.reduce<Rewritten>((before, rewrite) => combine(before, rewrite(before.flow, context)), {
      flow: context.analysis.flow,
      absorbed: [],
      changes: simplified,
    });
    return done.changes.length > 0 ? done : undefined;
  },
};

const combine = (one: Rewritten, other: Rewritten): Rewritten => ({
  flow: other.flow,
  absorbed: [...one.absorbed, ...other.absorbed],
  changes: [...one.changes, ...other.changes],
});

/** The change to report for a step that folding simplifies. */
function changeOf(step: Step): readonly Change[] {
  const folded = mapStep(step, fold);
  const isSimpler = folded !== step && alternativesIn(folded) < alternativesIn(step);
  return isSimpler || hasFalseSkipIf(folded) ? [{ steps: [step.id], what: 'has a constant condition' }] : [];
}

/** Whether a step has a `skipIf` that is always false. */
const hasFalseSkipIf = (step: Step): boolean => step.skipIf !== undefined && skipIfOf(step) === undefined;

const withoutFalseSkipIf = (step: Step): Step => {
  const { skipIf: _, ...rest } = step;
  return hasFalseSkipIf(step) ? rest : step;
};

const alternativesIn = (step: Step): number => expressionsOf(step).reduce((sum, one) => sum + alternatives(one), 0);

/** The number of alternatives in an expression. */
const alternatives = (expression: Expression): number =>
  allWithin(expression).reduce(
    (sum, one) => sum + (one.kind === 'coalesce' ? one.items.length : one.kind === 'if' ? 1 : 0),
    0,
  );

const rule: InliningRule = {
  name: NAME,
  simplify: fold,
  valueOf: (step, queries) => {
    const value = constantOf(step) ?? constantBlobReadBy(step, queries);
    return value && { value, input: value, work: NO_WORK };
  },
};

/** Inlines pure steps with constant input; their values may make the input of other steps constant. */
function inlineConstantSteps(_: Flow, context: PassContext): Rewritten {
  const { flow, ...rest } = new StepInliner(context, rule).rewrite();
  return { ...rest, flow: { ...flow, steps: flow.steps.map(withoutFalseSkipIf) } };
}

function constantOf(step: Step): Expression | undefined {
  const pure = isConstant(step.input) ? pureValueOf(step) : undefined;
  const value = pure && fold(pure.value);
  return value && isConstant(value) ? value : undefined;
}

/** The result of a `get_blob` of a blob with constant content. */
function constantBlobReadBy(step: Step, queries: FlowQueries): Expression | undefined {
  if (!callsBuiltin(step, 'get_blob')) return undefined;
  const [field, ...more] = fieldsOf(step.input) ?? [];
  const id = field?.[0] === 'blob_id' && more.length === 0 ? blobStepOf(field[1]) : undefined;
  const put = id === undefined ? undefined : queries.step(id);
  const blob = put && queries.runsOrFails(put) ? constantBlobAtOnce(put) : undefined;
  return blob && literal({ data: blob.data }, step.input.span);
}

/** The constant that a step stores without waiting for any other one, and without wanting any. */
const constantBlobAtOnce = (step: Step): ReturnType<typeof constantBlob> =>
  afterOf(step).length === 0 ? constantBlob(step) : undefined;

/** Steps that run a constant inner flow, which is compiled into this one, need not read it from a blob: its id is written out. */
function inlineConstantFlows(flow: Flow, context: PassContext): Rewritten {
  const steps = new Map(flow.steps.map((step) => [step.id, step]));
  const idOf = (expression: Expression): Expression => {
    const put = steps.get(blobStepOf(expression) ?? '');
    const blob = put && runsOrFails(put, context) ? constantBlobAtOnce(put) : undefined;
    return blob ? literal(blobIdOf(blob.data), expression.span) : expression;
  };
  const named = flow.steps.map((step) => (context.analysis.inner.has(step.id) ? withFlowId(step, idOf) : step));
  const changed = named.filter((step, at) => step !== flow.steps[at]);
  const changes = changed.map(({ id }) => ({ steps: [id], what: 'runs a flow that is known at compile time' }));
  return { flow: { ...flow, steps: named }, absorbed: [], changes };
}

function withFlowId(step: Step, change: (expression: Expression) => Expression): Step {
  const keys = flowKeysOf(step);
  if (step.input.kind !== 'map') return step;
  const entries = mapOrSame(step.input.entries, (entry) => {
    const value = keys.includes(entry.key) ? change(entry.value) : entry.value;
    return value === entry.value ? entry : { ...entry, value };
  });
  return entries === step.input.entries ? step : { ...step, input: { ...step.input, entries } };
}

/** Drops `put_blob` steps with constant content that nothing reads any more, or comes after, unless every step must run. */
function dropUnreadBlobs(flow: Flow, context: PassContext): Rewritten {
  if (flow.evaluation === 'eager') return { flow, absorbed: [], changes: [] };
  const read = new Set([...stepsReadIn(flow), ...precedingIn(flow)]);
  const isKnownBlob = (step: Step): boolean =>
    !read.has(step.id) && !step.mustExecute && runsOrFails(step, context) && constantBlob(step) !== undefined;
  const removed = flow.steps.filter(isKnownBlob);
  const steps = flow.steps.filter((step) => !isKnownBlob(step));
  const changes = removed.map(({ id }) => ({ steps: [id], what: 'stores a constant that all its readers contain' }));
  return { flow: { ...flow, steps }, absorbed: removed.map((step) => asAbsorbed(step, NAME)), changes };
}
