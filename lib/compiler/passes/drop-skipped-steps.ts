import { type Expression, literal, mapChildren } from '../../flow/expression.ts';
import { type Flow, mapFlow, type Step } from '../../flow/flow.ts';
import { passes } from '../../protocol/truth.ts';
import { asAbsorbed, type Rewritten } from './pass.ts';
import type { PassName } from './passes.ts';
import { stepsReadIn } from './references.ts';

/**
 * A flow without the steps that are skipped in every run: what reads one gets what it says itself for a skipped step.
 * One that skips its readers too stays.
 */
export function dropSkippedSteps(flow: Flow, by: PassName): Rewritten {
  const skipped = new Set(flow.steps.filter(isSkipped).map(({ id }) => id));
  if (skipped.size === 0) return { flow, absorbed: [], changes: [] };
  const kept = (flow.sinks ?? []).filter(({ value }) => !reads(value, skipped));
  const results = flow.sinks ? { sinks: kept } : {};
  const settled = mapFlow({ ...flow, ...results }, (expression) => settle(expression, skipped));
  const read = stepsReadIn(settled);
  const isGone = ({ id }: Step): boolean => skipped.has(id) && !read.has(id);
  const gone = flow.steps.filter(isGone);
  return {
    flow: gone.length === 0 ? flow : { ...settled, steps: settled.steps.filter((step) => !isGone(step)) },
    absorbed: gone.map((step) => ({ ...asAbsorbed(step, by), sources: [], skipped: true })),
    changes: gone.map(({ id }) => ({ steps: [id], what: 'is always skipped' })),
  };
}

const isSkipped = ({ skipIf, mustExecute }: Step): boolean =>
  skipIf?.kind === 'literal' && !mustExecute && passes(skipIf.value, 'skipIf');

/** Whether an expression is no more than a reference to one of these steps, as the result of a flow without an output is. */
const reads = (expression: Expression, steps: ReadonlySet<string>): boolean =>
  expression.kind === 'step' && expression.onSkip === undefined && steps.has(expression.step);

/** An expression in which the results of skipped steps are what it says of them, wherever it says anything. */
function settle(expression: Expression, skipped: ReadonlySet<string>): Expression {
  if (expression.kind === 'step') {
    const isGone = expression.onSkip !== undefined && skipped.has(expression.step);
    return isGone ? literal(expression.onSkip, expression.span) : expression;
  }
  const settled = mapChildren(expression, (child) => settle(child, skipped));
  if (settled.kind !== 'coalesce') return settled;
  return { ...settled, items: settled.items.filter((item) => !reads(item, skipped)) };
}
