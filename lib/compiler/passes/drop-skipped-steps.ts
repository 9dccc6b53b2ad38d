import { type Expression, literal, mapChildren } from '../../flow/expression.ts';
import { type Flow, mapFlow, type Step } from '../../flow/flow.ts';
import { passes } from '../../protocol/truth.ts';
import { asAbsorbed, type Rewritten } from './pass.ts';
import type { PassName } from './passes.ts';
import { withPreceding } from './preceding.ts';
import { stepsReadIn } from './references.ts';

/**
 * Removes the steps that are skipped in every run. A reference to one is replaced by its own `onSkip` value; a step with
 * a reader that would be skipped too is kept. Nothing has to wait for one: it is skipped at once.
 */
export function dropSkippedSteps(flow: Flow, by: PassName): Rewritten {
  const skipped = new Set(flow.steps.filter(isSkipped).map(({ id }) => id));
  if (skipped.size === 0) return { flow, absorbed: [], changes: [] };
  const sinks = (flow.sinks ?? []).filter(({ value }) => !isReferenceTo(value, skipped));
  const results = flow.sinks ? { sinks } : {};
  const rewritten = mapFlow({ ...flow, ...results }, (expression) => replaceSkipped(expression, skipped));
  const read = stepsReadIn(rewritten);
  const isRemoved = ({ id }: Step): boolean => skipped.has(id) && !read.has(id);
  const removed = flow.steps.filter(isRemoved);
  const gone = new Set(removed.map(({ id }) => id));
  const kept = rewritten.steps.filter(({ id }) => !gone.has(id));
  const steps = kept.map((step) => withPreceding(step, (id) => (gone.has(id) ? [] : [id])));
  return {
    flow: removed.length === 0 ? flow : { ...rewritten, steps },
    absorbed: removed.map((step) => ({ ...asAbsorbed(step, by), sources: [], skipped: true })),
    changes: removed.map(({ id }) => ({ steps: [id], what: 'is always skipped' })),
  };
}

const isSkipped = ({ skipIf, mustExecute }: Step): boolean =>
  skipIf?.kind === 'literal' && !mustExecute && passes(skipIf.value, 'skipIf');

/** Whether an expression is just a reference without `onSkip` to one of these steps. */
const isReferenceTo = (expression: Expression, steps: ReadonlySet<string>): boolean =>
  expression.kind === 'step' && expression.onSkip === undefined && steps.has(expression.step);

/** Replaces references to skipped steps by their `onSkip` values, and drops them from `$coalesce`. */
function replaceSkipped(expression: Expression, skipped: ReadonlySet<string>): Expression {
  if (expression.kind === 'step') {
    const isGone = expression.onSkip !== undefined && skipped.has(expression.step);
    return isGone ? literal(expression.onSkip, expression.span) : expression;
  }
  const replaced = mapChildren(expression, (child) => replaceSkipped(child, skipped));
  if (replaced.kind !== 'coalesce') return replaced;
  return { ...replaced, items: replaced.items.filter((item) => !isReferenceTo(item, skipped)) };
}
