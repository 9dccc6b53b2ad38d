import type { Template } from '../../../asl/state-machine.ts';
import {
  type Expression,
  type IfExpression,
  type InputReference,
  type ListExpression,
  type Literal,
  literal,
  type MapExpression,
  type OperationExpression,
  type StepReference,
  type VariableReference,
} from '../../../flow/expression.ts';
import type { Json } from '../../../protocol/json.ts';
import { escapeValue, missing, SKIPPED, secret, travellingKey } from '../../../protocol/markers.ts';
import { mayFail } from '../../analyse/operation-faults.ts';
import { type Reference, usesOf } from '../../analyse/uses.ts';
import { gateCode, isMissing, skips, skipsIn, testCode } from './answers.ts';
import { allOf, type Code, eitherOf, listOf, objectOf, written } from './code.ts';
import { flatConstant } from './constant.ts';
import type { ExpressionScope } from './expression-scope.ts';
import { isGuaranteed } from './input-path.ts';
import { constant, evaluated, type Jsonata, jsonata, lookup, text, verbatim } from './jsonata.ts';
import { bind } from './locals.ts';
import { mapOf, mayLookAlike } from './lookalike.ts';
import { equalityCode, isSkipped, itemsOf, slotOrInput, sourceOf } from './read-reference.ts';

/** An expression as a template: maps and lists stay as written, the rest is JSONata. */
export function templateOf(expression: Expression, scope: ExpressionScope): Template {
  switch (expression.kind) {
    case 'literal':
      return verbatim(travelling(expression));
    case 'map':
      return mayLookAlike(expression.entries.map(({ key }) => key))
        ? evaluated(jsonataOf(expression, scope))
        : Object.fromEntries(
            expression.entries.map(({ key, value }) => [travellingKey(key), templateOf(value, scope)]),
          );
    case 'list':
      return expression.items.map((item) => templateOf(item, scope));
    case 'operation':
      return scope.byFunction ? operationTemplate(expression, scope) : evaluated(jsonataOf(expression, scope));
    case 'step':
      return scope.link?.(expression) ?? evaluated(jsonataOf(expression, scope));
    default:
      return evaluated(jsonataOf(expression, scope));
  }
}

/** The marker of an operation that a function does. */
const operationTemplate = ({ operator, operands }: OperationExpression, scope: ExpressionScope): Template => ({
  $operation: [text(operator), ...operands.map((operand) => templateOf(operand, scope))],
});

/** A literal as it travels: a secret is its marker. */
const travelling = ({ value, secret: path }: Literal): Json => (path === undefined ? escapeValue(value) : secret(path));

/** An expression's value in JSONata. A missing path or a skipped step gives its marker, and so does a fault for a function. */
export const jsonataOf = (expression: Expression, scope: ExpressionScope): Jsonata =>
  written(scope.byFunction ? orFault(expression, scope) : valueCode(expression, scope));

/** A value, or the marker of a fault in one of the conditions that choose it. */
function orFault(expression: Expression, scope: ExpressionScope): Code {
  const failing = usesOf(expression).filter(({ reference, test, lenient }) => {
    const { operation } = reference.path.path;
    return operation && lenient && test === undefined && mayFail(operation);
  });
  const value = valueCode(expression, scope);
  if (failing.length === 0) return value;
  const found = failing.reduceRight<Code>((rest, use) => {
    const isFault = allOf([...use.gates.map((gate) => gateCode(gate, scope)), isMissing(use, scope)]);
    return eitherOf(isFault, slotOrInput(use.reference, scope), rest);
  }, value);
  return eitherOf(skips(usesOf(expression), scope), value, found);
}

function valueCode(expression: Expression, scope: ExpressionScope): Code {
  switch (expression.kind) {
    case 'literal':
      return flatConstant(travelling(expression));
    case 'map':
      return mapValue(expression, scope);
    case 'list':
      return listValue(expression, scope);
    case 'input':
      return inputValue(expression, scope);
    case 'step':
      return stepValue(expression, scope);
    case 'variable':
      return variableValue(expression, scope);
    case 'if':
      return ifValue(expression, scope);
    case 'operation':
      return scope.byFunction ? operationMarker(expression, scope) : equalityCode(expression, scope);
    case 'coalesce':
      return itemsOf(expression, scope).reduceRight<Code>(
        (rest, item) => eitherOf(testCode(item, 'present', scope), valueCode(item, scope), rest),
        constant(null),
      );
  }
}

/** The marker of an operation that a function does. */
function operationMarker({ operator, operands, span }: OperationExpression, scope: ExpressionScope): Code {
  return objectOf([['$operation', listValue({ items: [literal(operator, span), ...operands] }, scope)]]);
}

function mapValue({ entries }: MapExpression, scope: ExpressionScope): Code {
  const values = entries.map(({ key, value }): [string, Code] => [key, valueCode(value, scope)]);
  if (!mayLookAlike(entries.map(({ key }) => key)))
    return objectOf(values.map(([key, value]) => [travellingKey(key), value]));
  return mapOf(values.map(([key, value]) => [key, written(value)]));
}

function listValue({ items }: Pick<ListExpression, 'items'>, scope: ExpressionScope): Code {
  return listOf(
    items.map((item) => {
      const value = valueCode(item, scope);
      // JSONata does not flatten a list that is written out.
      const isWritten = item.kind === 'literal' && value === constant(travelling(item));
      return { value, mayBeList: item.kind !== 'map' && !isWritten };
    }),
  );
}

function stepValue(reference: StepReference, scope: ExpressionScope): Code {
  const { step, path, onSkip } = reference;
  const value = scope.packed?.(reference) ?? lookup(scope.slots(step), path.text);
  return onSkip === undefined ? value : eitherOf(isSkipped(step, scope), flatConstant(escapeValue(onSkip)), value);
}

function inputValue(reference: InputReference, scope: ExpressionScope): Jsonata {
  const { path } = reference;
  const value = scope.input(path);
  return path.guaranteed || isGuaranteed(scope.inputSchema, path) ? value : orMissing(value, reference);
}

/** A value, or where there is none a marker that says so. */
const orMissing = (value: Jsonata, reference: Reference): Jsonata =>
  bind('$value', value, jsonata`$exists($value) ? $value : ${constant(missing(sourceOf(reference)))}`);

function variableValue(reference: VariableReference, scope: ExpressionScope): Code {
  if (!reference.given) return constant(missing(sourceOf(reference)));
  const value = scope.variable(reference);
  if (reference.given === 'presence') return jsonata`$exists(${value})`;
  return reference.path.guaranteed ? value : orMissing(value, reference);
}

function ifValue({ condition, consequent, alternative }: IfExpression, scope: ExpressionScope): Code {
  const arms = eitherOf(testCode(condition, 'if', scope), valueCode(consequent, scope), valueCode(alternative, scope));
  return eitherOf(skipsIn(condition, scope), constant(SKIPPED), arms);
}
