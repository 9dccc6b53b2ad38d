import type { CoalesceExpression, Expression, OperationExpression, ReadPath } from '../../../flow/expression.ts';
import { formatPath } from '../../../protocol/describe.ts';
import { escapeValue } from '../../../protocol/markers.ts';
import { pathsIn, readsIn } from '../../../protocol/operation.ts';
import { namePath } from '../../../protocol/path.ts';
import { givenSegments } from '../../analyse/given-variables.ts';
import type { Reference, Use } from '../../analyse/uses.ts';
import { flatConstant } from './constant.ts';
import type { ExpressionScope } from './expression-scope.ts';
import { constant, FALSE, type Jsonata, jsonata, lookup, quote } from './jsonata.ts';
import { bindAll } from './locals.ts';

/** What a reference reads, as it is. */
export function slotOrInput(reference: Reference, scope: ExpressionScope): Jsonata {
  if (reference.kind === 'step') return lookup(scope.slots(reference.step), reference.path.text);
  return reference.kind === 'input' ? scope.input(reference.path) : constant(null);
}

/** The items of a `$coalesce`. One that is a `$coalesce` itself stands for its own items, unless something of it is known. */
export const itemsOf = ({ items }: CoalesceExpression, scope: ExpressionScope): readonly Expression[] =>
  items.flatMap((item) => (item.kind === 'coalesce' && !scope.known?.has(item) ? itemsOf(item, scope) : [item]));

export const isSkipped = (step: string, scope: ExpressionScope): Jsonata =>
  scope.laterDeciders?.has(step) ? FALSE : jsonata`${lookup(scope.slots(step), '$skipped')} = true`;

/** Names the source of a value: `"id" of step "load"`. */
export function sourceOf(reference: Use['reference'], inputCalled = "the flow's input"): string {
  if (reference.kind === 'input') return inputPathInWords(reference.path, inputCalled);
  if (reference.kind === 'variable') {
    const inside = reference.given ? formatPath(reference.path.path.segments) : '';
    return `${inside === '' ? 'value' : quote(inside)} of the variable ${quote(reference.name)}`;
  }
  const { operation } = reference.path.path;
  // Nobody has written the step that takes the operands.
  const isOfNoStep = operation !== undefined && pathsIn(operation).length === 0;
  return `${namePath(reference.path.text)}${isOfNoStep ? '' : ` of step ${quote(reference.step)}`}`;
}

/** A path of the input; an operation on it may read what is given to variables, too. */
function inputPathInWords({ text, path: { operation } }: ReadPath, inputCalled: string): string {
  const given = (operation ? pathsIn(operation) : []).flatMap((path) => givenSegments(path) ?? []);
  if (!operation || given.length === 0) return `${namePath(text)} of ${inputCalled}`;
  const names = readsIn(operation).map(({ at, path }) => {
    const own = givenSegments(path);
    return own ? `the variable ${quote(formatPath(own))}` : `${namePath(at)} of ${inputCalled}`;
  });
  return [...new Set(names)].join(' or ');
}

/**
 * Whether two operands are equal. The state machine does no other operation itself: all others are made by functions, or are
 * parts of the flow's input (see `lowerOperations`). Neither operand is missing, or a marker.
 */
export const equalityCode = ({ operator, operands }: OperationExpression, scope: ExpressionScope): Jsonata => {
  if (operator !== 'eq') throw new Error(`$${operator} has not been lowered`);
  const [one = constant(null), other = constant(null)] = operands.map((operand) => operandOf(operand, scope));
  return bindAll(
    [
      ['$one', one],
      ['$other', other],
    ],
    jsonata`$one = $other`,
  );
};

function operandOf(operand: Expression, scope: ExpressionScope): Jsonata {
  if (operand.kind === 'literal') return flatConstant(escapeValue(operand.value));
  if (operand.kind === 'step' || operand.kind === 'input') return slotOrInput(operand, scope);
  throw new Error(`An operand that is a ${operand.kind} has not been lowered`);
}
