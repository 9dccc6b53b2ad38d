import type { Span } from '../diagnostics/diagnostics.ts';
import { allWithin, type Expression, forEachChild, type StepReference } from '../flow/expression.ts';
import type { Step } from '../flow/flow.ts';
import { formatPath } from '../protocol/describe.ts';
import type { Segment } from '../protocol/path.ts';

/** A value that a step's input reads, and where in the input it stands. */
export interface InputRead {
  readonly reference: Extract<Expression, { readonly kind: 'input' | 'step' | 'variable' }>;
  /** The keys and indices that lead to it. */
  readonly keys: readonly (string | number)[];
  /** Whether it is no value at `keys`, or not in all runs: in an `$if`, a `$coalesce` or an operator. */
  readonly isConditional: boolean;
  /** Whether the component gets only what a condition or an operator makes of it. */
  readonly isTested: boolean;
}

/** What a step's input reads, in the order in which it is written. */
export function readsOf({ input }: Pick<Step, 'input'>): readonly InputRead[] {
  const found: InputRead[] = [];
  const collect = (
    expression: Expression,
    keys: InputRead['keys'],
    isConditional: boolean,
    isTested: boolean,
  ): void => {
    if (expression.kind === 'input' || expression.kind === 'step' || expression.kind === 'variable')
      found.push({ reference: expression, keys, isConditional, isTested });
    else if (expression.kind === 'map')
      for (const { key, value } of expression.entries) collect(value, [...keys, key], isConditional, isTested);
    else if (expression.kind === 'list')
      for (const [index, item] of expression.items.entries()) collect(item, [...keys, index], isConditional, isTested);
    else
      forEachChild(expression, (child, role) =>
        collect(child, keys, true, isTested || role === 'condition' || role === 'operand'),
      );
  };
  collect(input, [], false, false);
  return found;
}

/** A read of a step's result. */
export type StepRead = InputRead & { readonly reference: StepReference };

/** Whether something is read of a step, and not of the flow's input or a variable. */
export const isStepRead = (read: InputRead): read is StepRead => read.reference.kind === 'step';

/** Whether a reference is to the whole value. */
export const isWhole = ({ reference: { path } }: Pick<InputRead, 'reference'>): boolean =>
  path.path.segments.length === 0;

/** The references to results of steps, wherever in expressions. */
export const stepReferencesIn = (expressions: readonly Expression[]): readonly StepReference[] =>
  expressions.flatMap(allWithin).filter((one) => one.kind === 'step');

/** The steps that expressions read, wherever in them. */
export const stepsIn = (expressions: readonly Expression[]): readonly string[] =>
  stepReferencesIn(expressions).map(({ step }) => step);

/** The text of a path: a name alone where it is plain, else after `$`, which no field of the same name can hide. */
export function pathTo(segments: readonly Segment[]): string {
  const text = formatPath(segments);
  if (segments.length === 0) return '$';
  if (segments.length === 1 && text === segments[0]) return text;
  return text.startsWith('[') ? `$${text}` : `$.${text}`;
}

/** Where the key of the value at `keys` of a step's input stands. */
export function keySpanAt({ input }: Step, keys: readonly (string | number)[]): Span | undefined {
  let at: Expression | undefined = input;
  let span: Span | undefined;
  for (const key of keys) {
    if (at?.kind === 'list' && typeof key === 'number') {
      at = at.items[key];
      span = undefined;
    } else if (at?.kind === 'map') {
      const entry: { readonly keySpan: Span; readonly value: Expression } | undefined = at.entries.find(
        (one) => one.key === key,
      );
      at = entry?.value;
      span = entry?.keySpan;
    } else return undefined;
  }
  return span;
}
