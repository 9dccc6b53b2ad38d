import type { Expression, InputReference, ReadPath, StepReference, VariableReference } from '../flow/expression.ts';
import type { Test } from '../runtime/invocation.ts';

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
  if (reference.path.sure) return false;
  return reference.kind === 'input' ? !isGuaranteed(reference.path) : reference.path.path.segments.length > 0;
}

type Context = Omit<Use, 'reference'>;

/** All references of an expression. `test`: only that of its value is wanted. */
export function usesOf(expression: Expression, test?: Test): readonly Use[] {
  return [
    ...visit(expression, { gates: [], optional: false, lenient: test !== undefined, field: '', ...(test && { test }) }),
  ];
}

/** Whether a use is one of a step's result. */
export const isStepUse = (use: Use): use is StepUse => use.reference.kind === 'step';

function* visit(expression: Expression, context: Context): Generator<Use> {
  const { test: _, ...asValue } = context;
  switch (expression.kind) {
    case 'literal':
      return;
    case 'map':
      for (const { key, value } of expression.entries)
        yield* visit(value, { ...asValue, field: fieldOf(asValue.field, key) });
      return;
    case 'list':
      for (const [index, item] of expression.items.entries()) {
        yield* visit(item, { ...asValue, field: `${asValue.field}[${index}]` });
      }
      return;
    case 'if': {
      const { condition } = expression;
      yield* visit(condition, { ...context, lenient: true, test: 'if' });
      yield* visit(expression.consequent, behind(context, { kind: 'if', of: condition }));
      yield* visit(expression.alternative, behind(context, { kind: 'unless', of: condition }));
      return;
    }
    case 'coalesce':
      yield* visitCoalesce(expression.items, { ...context, optional: true, lenient: true });
      return;
    case 'variable':
      if (expression.fallback) yield* visit(expression.fallback, context);
      yield { reference: expression, ...context };
      return;
    default:
      yield { reference: expression, ...context };
  }
}

function* visitCoalesce(items: readonly Expression[], context: Context): Generator<Use> {
  let here = context;
  for (const item of items) {
    yield* visit(item, { ...here, test: 'present' });
    yield* visit(item, here);
    here = behind(here, { kind: 'absent', of: item });
  }
}

const behind = (context: Context, gate: Gate): Context => ({ ...context, gates: [...context.gates, gate] });

const fieldOf = (field: string, key: string): string => {
  if (!/^[\w$-]+$/.test(key)) return `${field}[${JSON.stringify(key)}]`;
  return field === '' ? key : `${field}.${key}`;
};
