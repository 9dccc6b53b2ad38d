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
import { takesMissing } from '../../protocol/operators.ts';
import { mayFail, mayMiss } from './operation-faults.ts';

/**
 * An atomic condition under which a part of an expression is evaluated: `of` passes the test of `$if`, or does not; `of` is
 * absent, in a `$coalesce`; or `of` is a `skipIf` that does not hold.
 */
export interface Gate {
  readonly kind: 'if' | 'unless' | 'absent' | 'unskipped';
  readonly of: Expression;
}

/** A use of a value, as in a use–definition chain: a reference in an expression, and how it is evaluated there. */
export interface Use<R extends Reference = Reference> {
  readonly reference: R;
  /** The test of which only the outcome is used. Absent: the value itself is used. */
  readonly test?: Test;
  /** The conditions that all hold when the reference is evaluated. */
  readonly gates: readonly Gate[];
  /** In a `$coalesce`: neither a missing nor a skipped value has an effect. */
  readonly optional: boolean;
  /** In a `$coalesce` or a condition: a missing value is not a fault. */
  readonly lenient: boolean;
  /** The place in the expression: `a.b[0]`; "" for the whole. */
  readonly field: string;
}

/** Anything that an expression reads. */
export type Reference = InputReference | StepReference | VariableReference;

/** A use of a step's result. */
export type StepUse = Use<StepReference>;

/** Whether a use is of the result of the step `id`. */
export const isUseOf = (use: Use, id: string): boolean => isStepUse(use) && use.reference.step === id;

/** Whether the value of a use may be missing at run time, or be a fault of an operator. `isGuaranteed`: whether a path of the input always has a value. */
export function mayBeMissing(
  { reference, lenient }: Pick<Use, 'reference' | 'lenient'>,
  isGuaranteed: (path: ReadPath) => boolean = () => false,
): boolean {
  const { operation } = reference.path.path;
  if (operation) return mayFail(operation) || (!lenient && mayMiss(operation));
  if (lenient || isAlwaysThere(reference)) return false;
  if (reference.kind === 'variable') return true;
  return reference.kind === 'input' ? !isGuaranteed(reference.path) : reference.path.path.segments.length > 0;
}

/** Whether a reference has a value wherever it is evaluated, whatever the flow's input is. */
export const isAlwaysThere = (reference: Reference): boolean =>
  reference.kind === 'variable'
    ? reference.given === 'presence' || (reference.given === 'value' && reference.path.guaranteed === true)
    : reference.path.guaranteed === true;

/** Whether a run reads a value for the reference: a variable that nothing is given to has none. */
export const isRead = (reference: Reference): boolean => reference.kind !== 'variable' || reference.given === 'value';

/** What is used of a value: itself, or the outcome of a test. */
type Purpose = 'value' | Test;

interface Context extends Omit<Use, 'reference' | 'test'> {
  /** All that the value is used for: one walk over an expression finds all its uses, however deep it is. */
  readonly purposes: readonly Purpose[];
}

/** All uses in an expression. `test`: only the outcome of this test of its value is used. */
export function usesOf(expression: Expression, test?: Test): readonly Use[] {
  const found: Use[] = [];
  const lenient = test !== undefined;
  collect(expression, { gates: [], optional: false, lenient, field: '', purposes: [test ?? 'value'] }, found);
  return found;
}

/** The ids of the steps that an expression reads, each once, in order of appearance. */
export function stepsReadBy(expression: Expression): readonly string[] {
  return [...new Set(allWithin(expression).flatMap((one) => (one.kind === 'step' ? [one.step] : [])))];
}

/** Whether a use is of a step's result. */
export const isStepUse = (use: Use): use is StepUse => use.reference.kind === 'step';

/** Whether the reader is skipped if the step that it reads was skipped. */
export const spreadsSkip = (use: Use): use is StepUse =>
  isStepUse(use) && !use.optional && use.reference.onSkip === undefined;

/** Collects the uses in an expression: which of its parts are evaluated under which gates, and which are only tested. */
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
      collect(of, { ...context, lenient: true, purposes: ['if'] }, found);
      collect(consequent, behind(context, { kind: 'if', of }), found);
      collect(alternative, behind(context, { kind: 'unless', of }), found);
      return;
    }
    case 'coalesce':
      collectItems(expression.items, { ...context, optional: true, lenient: true }, found);
      return;
    case 'operation': {
      const lenient = context.lenient || takesMissing(expression.operator);
      for (const operand of expression.operands) collect(operand, { ...context, lenient, purposes: ['value'] }, found);
      return;
    }
    case 'variable':
      if (expression.fallback) collect(expression.fallback, context, found);
      addUses(expression, context, found);
      return;
    default:
      addUses(expression, context, found);
  }
}

function addUses(reference: Reference, { purposes, ...context }: Context, found: Use[]): void {
  const { operation } = reference.path.path;
  // A test of an operation does not tell a fault of it from a missing value.
  const asked: ReadonlySet<Purpose> = new Set([...purposes, ...(operation && mayFail(operation) ? VALUE : [])]);
  for (const purpose of asked) {
    found.push({ reference, ...context, ...(purpose !== 'value' && { test: purpose }) });
  }
}

const VALUE: readonly Purpose[] = ['value'];

/** A test of a map or a list does not apply to what is in it: these values are used themselves. */
function collectParts(whole: MapExpression | ListExpression, context: Context, found: Use[]): void {
  const asValue: Context = { ...context, purposes: ['value'] };
  const { field } = context;
  if (whole.kind === 'map') {
    for (const { key, value } of whole.entries) collect(value, { ...asValue, field: fieldOf(field, key) }, found);
  } else {
    for (const [at, item] of whole.items.entries()) collect(item, { ...asValue, field: `${field}[${at}]` }, found);
  }
}

function collectItems(items: readonly Expression[], context: Context, found: Use[]): void {
  let here: Context = { ...context, purposes: [...new Set<Purpose>(['present', ...context.purposes])] };
  for (const item of items) {
    collect(item, here, found);
    here = behind(here, { kind: 'absent', of: item });
  }
}

const behind = (context: Context, gate: Gate): Context => ({ ...context, gates: [...context.gates, gate] });

const fieldOf = (field: string, key: string): string => {
  if (!/^[\w$-]+$/.test(key)) return `${field}[${JSON.stringify(key)}]`;
  return field === '' ? key : `${field}.${key}`;
};
