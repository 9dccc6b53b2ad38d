import {
  allWithin,
  type Expression,
  type InputReference,
  type ListExpression,
  type MapExpression,
  type ReadPath,
  type StepReference,
  type VariableReference,
} from '../../flow/expression.ts';
import type { Test } from '../../protocol/invocation.ts';

/**
 * A condition under which something is evaluated: `of` is true for `$if` or not, `of` is absent for `$coalesce`, or `of`
 * is no `skipIf` that holds.
 */
export interface Gate {
  readonly kind: 'if' | 'unless' | 'absent' | 'unskipped';
  readonly of: Expression;
}

/** A reference inside an expression, and what becomes of it there. */
export interface Use<R extends Reference = Reference> {
  readonly reference: R;
  /** What is asked of the value; absent: the value itself is used. */
  readonly test?: Test;
  /** All of them hold where the reference is evaluated. */
  readonly gates: readonly Gate[];
  /** Inside a `$coalesce`: neither a missing nor a skipped value matters. */
  readonly optional: boolean;
  /** Inside a `$coalesce` or a condition, where what is missing is no fault. */
  readonly lenient: boolean;
  /** Where in the expression it stands: `a.b[0]`, "" for the whole. */
  readonly field: string;
}

/** Anything that an expression reads. */
export type Reference = InputReference | StepReference | VariableReference;

/** A use of a step's result. */
export type StepUse = Use<StepReference>;

/** Whether a use is one of the result of the step `id`. */
export const isUseOf = (use: Use, id: string): boolean => isStepUse(use) && use.reference.step === id;

/** Whether a use may find nothing when the flow runs. `isGuaranteed`: whether a path of the input is sure to be there. */
export function mayBeMissing(
  { reference, lenient }: Use,
  isGuaranteed: (path: ReadPath) => boolean = () => false,
): boolean {
  if (lenient) return false;
  if (reference.kind === 'variable') return true;
  if (reference.path.guaranteed) return false;
  return reference.kind === 'input' ? !isGuaranteed(reference.path) : reference.path.path.segments.length > 0;
}

type Context = Omit<Use, 'reference'>;

/** All references of an expression. `test`: only that of its value is wanted. */
export function usesOf(expression: Expression, test?: Test): readonly Use[] {
  const found: Use[] = [];
  collect(
    expression,
    { gates: [], optional: false, lenient: test !== undefined, field: '', ...(test && { test }) },
    found,
  );
  return found;
}

/** The ids of the steps that an expression reads, each once, in the order in which it names them. */
export function stepsReadBy(expression: Expression): readonly string[] {
  return [...new Set(allWithin(expression).flatMap((one) => (one.kind === 'step' ? [one.step] : [])))];
}

/** Whether a use is one of a step's result. */
export const isStepUse = (use: Use): use is StepUse => use.reference.kind === 'step';

/** Whether a use skips its reader where the step that it reads was skipped. */
export const spreadsSkip = (use: Use): use is StepUse =>
  isStepUse(use) && !use.optional && use.reference.onSkip === undefined;

/** A kind of expression decides here what of it is evaluated when, and what is asked of it. */
function collect(expression: Expression, context: Context, found: Use[]): void {
  switch (expression.kind) {
    case 'literal':
      return;
    case 'map':
    case 'list':
      collectParts(expression, context, found);
      return;
    case 'if': {
      const { condition: of, consequent, alternative } = expression;
      collect(of, { ...context, lenient: true, test: 'if' }, found);
      collect(consequent, behind(context, { kind: 'if', of }), found);
      collect(alternative, behind(context, { kind: 'unless', of }), found);
      return;
    }
    case 'coalesce':
      collectItems(expression.items, { ...context, optional: true, lenient: true }, found);
      return;
    case 'variable':
      if (expression.fallback) collect(expression.fallback, context, found);
      found.push({ reference: expression, ...context });
      return;
    default:
      found.push({ reference: expression, ...context });
  }
}

/** No test is asked of what is in a map or a list: that is used as it is. */
function collectParts(whole: MapExpression | ListExpression, context: Context, found: Use[]): void {
  const { test: _, ...asValue } = context;
  const { field } = asValue;
  if (whole.kind === 'map') {
    for (const { key, value } of whole.entries) collect(value, { ...asValue, field: fieldOf(field, key) }, found);
  } else {
    for (const [at, item] of whole.items.entries()) collect(item, { ...asValue, field: `${field}[${at}]` }, found);
  }
}

function collectItems(items: readonly Expression[], context: Context, found: Use[]): void {
  let here = context;
  for (const item of items) {
    collect(item, { ...here, test: 'present' }, found);
    collect(item, here, found);
    here = behind(here, { kind: 'absent', of: item });
  }
}

const behind = (context: Context, gate: Gate): Context => ({ ...context, gates: [...context.gates, gate] });

const fieldOf = (field: string, key: string): string => {
  if (!/^[\w$-]+$/.test(key)) return `${field}[${JSON.stringify(key)}]`;
  return field === '' ? key : `${field}.${key}`;
};
