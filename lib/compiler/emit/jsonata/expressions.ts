import type { Template } from '../../../asl/state-machine.ts';
import type {
  Expression,
  InputReference,
  ListExpression,
  Literal,
  ReadPath,
  StepReference,
} from '../../../flow/expression.ts';
import { type Test, testKey } from '../../../protocol/invocation.ts';
import type { Json } from '../../../protocol/json.ts';
import { escapeValue, missing, SKIPPED, secret } from '../../../protocol/markers.ts';
import { FAILING, passes } from '../../../protocol/truth.ts';
import { testOf } from '../../analyse/demand.ts';
import { type Gate, mayBeMissing, spreadsSkip, type Use, usesOf } from '../../analyse/uses.ts';
import type { ConditionReference } from '../../plan/hoisted-conditions.ts';

import { isGuaranteed } from './input-path.ts';
import {
  all,
  any,
  balanced,
  choose,
  constant,
  evaluated,
  FALSE,
  inTens,
  type Jsonata,
  lookup,
  not,
  quote,
  TRUE,
  verbatim,
} from './jsonata.ts';
import { bind } from './locals.ts';
import { mapOf, mayLookAlike } from './lookalike.ts';

/** Where an expression finds what it reads, in JSONata. */
export interface ExpressionScope {
  /** The slots of a step's result. */
  readonly slots: (step: string) => Jsonata;
  /** The flow's input at a path; no value where it is missing. */
  readonly input: (path: ReadPath) => Jsonata;
  readonly inputSchema?: Json;
  /** The value of a hoisted condition. */
  readonly hoisted: (known: ConditionReference) => Jsonata;
  /** The link for a reference that the wrapper resolves; undefined for any other. */
  readonly link?: (reference: StepReference) => Template | undefined;
  /** The marker of a value that was packed, for a reference in the input of a function; undefined for any other. */
  readonly packed?: (reference: StepReference) => Jsonata | undefined;
  /** Steps that run later, whose tests may have any value here: see `PlannedStep`. */
  readonly laterDeciders?: ReadonlySet<string>;
}

/** An expression as a template: maps and lists stay as written, the rest is JSONata. */
export function templateOf(expression: Expression, scope: ExpressionScope): Template {
  switch (expression.kind) {
    case 'literal':
      return verbatim(travelling(expression));
    case 'map':
      return mayLookAlike(expression.entries.map(({ key }) => key))
        ? evaluated(jsonataOf(expression, scope))
        : Object.fromEntries(expression.entries.map(({ key, value }) => [key, templateOf(value, scope)]));
    case 'list':
      return expression.items.map((item) => templateOf(item, scope));
    case 'step':
      return scope.link?.(expression) ?? evaluated(jsonataOf(expression, scope));
    default:
      return evaluated(jsonataOf(expression, scope));
  }
}

/** A literal as it travels: a secret is its marker. */
const travelling = ({ value, secret: path }: Literal): Json => (path === undefined ? escapeValue(value) : secret(path));

/** An expression's value in JSONata. A missing path or a skipped step gives its marker. */
export function jsonataOf(expression: Expression, scope: ExpressionScope): Jsonata {
  switch (expression.kind) {
    case 'literal':
      return constant(travelling(expression));
    case 'map':
      return mapOf(expression.entries.map(({ key, value }) => [key, jsonataOf(value, scope)]));
    case 'list':
      return listOf(expression, scope);
    case 'input':
      return inputOf(expression, scope);
    case 'step':
      return stepOf(expression, scope);
    case 'variable':
      return constant(missing(sourceOf(expression)));
    case 'if':
      return ifOf(expression, scope);
    case 'coalesce':
      return firstPresent(expression.items, (item) => jsonataOf(item, scope), constant(null), scope);
  }
}

function stepOf(reference: StepReference, scope: ExpressionScope): Jsonata {
  const { step, path, onSkip } = reference;
  const value = scope.packed?.(reference) ?? lookup(scope.slots(step), path.text);
  return onSkip === undefined ? value : choose(isSkipped(step, scope), constant(escapeValue(onSkip)), value);
}

function inputOf(reference: InputReference, scope: ExpressionScope): Jsonata {
  const { path } = reference;
  const value = scope.input(path);
  if (path.guaranteed || isGuaranteed(scope.inputSchema, path)) return value;
  return bind('$value', value, `$exists($value) ? $value : ${constant(missing(sourceOf(reference)))}`);
}

function ifOf(expression: Extract<Expression, { kind: 'if' }>, scope: ExpressionScope): Jsonata {
  const { condition, consequent, alternative } = expression;
  const arms = choose(testOfValue(condition, 'if', scope), jsonataOf(consequent, scope), jsonataOf(alternative, scope));
  return choose(skippedIn(usesOf(condition, 'if'), scope), constant(SKIPPED), arms);
}

/** A list in JSONata, whose list constructor would flatten the lists that expressions give. */
function listOf({ items }: ListExpression, scope: ExpressionScope): Jsonata {
  const wrapped = items.map((item) => {
    const value = jsonataOf(item, scope);
    if (item.kind === 'map' || item.kind === 'literal') return `[${value}]`;
    return bind('$item', value, '$type($item) = "array" ? [[$item]] : [$item]');
  });
  return balanced(wrapped, (some, others) => `$append(${some}, ${others})`) ?? '[]';
}

/** What `of` makes of the first item that is present, or `none`. Many items are halved, since AWS limits the depth. */
function firstPresent(
  items: readonly Expression[],
  of: (item: Expression) => Jsonata,
  none: Jsonata,
  scope: ExpressionScope,
): Jsonata {
  const isPresent = (item: Expression): Jsonata => testOfValue(item, 'present', scope);
  if (items.length <= 10)
    return items.reduceRight<Jsonata>((rest, item) => choose(isPresent(item), of(item), rest), none);
  const [some, others] = [items.slice(0, items.length >> 1), items.slice(items.length >> 1)];
  const [first, second] = [some, others].map((half) => firstPresent(half, of, none, scope));
  return choose(any(some.map(isPresent)), first ?? none, second ?? none);
}

/** Whether a value passes a test, as a boolean in JSONata. A missing or skipped value passes none. */
export function testOfValue(expression: Expression, test: Test, scope: ExpressionScope): Jsonata {
  switch (expression.kind) {
    case 'literal':
      return passes(expression.value, test) ? TRUE : FALSE;
    case 'map':
    case 'list': {
      const uses = usesOf(expression);
      return not(any([skippedIn(uses, scope), missingIn(uses, scope)]));
    }
    case 'input':
      return passesTest(scope.input(expression.path), test);
    case 'step':
      return stepTest(expression, test, scope);
    case 'variable':
      return FALSE;
    case 'if': {
      const { condition, consequent, alternative } = expression;
      const [met, then, otherwise] = [
        testOfValue(condition, 'if', scope),
        testOfValue(consequent, test, scope),
        testOfValue(alternative, test, scope),
      ];
      return all([not(skippedIn(usesOf(condition, 'if'), scope)), choose(met, then, otherwise)]);
    }
    case 'coalesce':
      return firstPresent(expression.items, (item) => testOfValue(item, test, scope), FALSE, scope);
  }
}

function stepTest({ step, path, onSkip }: StepReference, test: Test, scope: ExpressionScope): Jsonata {
  if (scope.laterDeciders?.has(step)) return FALSE;
  const slot = lookup(scope.slots(step), testKey(test, path.text));
  return onSkip === undefined ? slot : choose(isSkipped(step, scope), passes(onSkip, test) ? TRUE : FALSE, slot);
}

/** Whether a value in JSONata, which may be missing, passes a test. */
export const passesTest = (value: Jsonata, test: Test): Jsonata =>
  bind('$value', value, all(['$exists($value)', ...FAILING[test].map((failing) => `$value != ${constant(failing)}`)]));

const isSkipped = (step: string, scope: ExpressionScope): Jsonata =>
  scope.laterDeciders?.has(step) ? FALSE : `${lookup(scope.slots(step), '$skipped')} = true`;

/** Whether any of the uses reads a skipped step in a way that spreads the skip. */
export const skippedIn = (uses: readonly Use[], scope: ExpressionScope): Jsonata =>
  any(uses.filter(spreadsSkip).map((use) => all([gatesOf(use, scope), isSkipped(use.reference.step, scope)])));

/** Whether any of the uses reads something that is missing. */
export const missingIn = (uses: readonly Use[], scope: ExpressionScope): Jsonata =>
  any(uses.map((use) => all([gatesOf(use, scope), isMissing(use, scope)])));

/** Whether what a use reads may be missing at run time. */
export const mayMiss = (use: Use, inputSchema: Json | undefined): boolean =>
  mayBeMissing(use, (path) => isGuaranteed(inputSchema, path));

function isMissing(use: Use, scope: ExpressionScope): Jsonata {
  if (!mayMiss(use, scope.inputSchema)) return FALSE;
  const { reference } = use;
  if (reference.kind === 'step' && scope.laterDeciders?.has(reference.step)) return FALSE;
  if (reference.kind === 'variable') return TRUE;
  if (reference.kind === 'input') return not(`$exists(${scope.input(reference.path)})`);
  return `${quote(reference.path.text)} in ${lookup(scope.slots(reference.step), '$missing')}`;
}

const gatesOf = (use: Use, scope: ExpressionScope): Jsonata => all(use.gates.map((gate) => gateTest(gate, scope)));

/** Whether a gate holds. */
export function gateTest(gate: Gate, scope: ExpressionScope): Jsonata {
  const test = testOfValue(gate.of, testOf(gate), scope);
  if (gate.kind === 'if') return test;
  // An `$if` whose condition reads a skipped step takes neither arm.
  return gate.kind === 'unless' ? not(any([test, skippedIn(usesOf(gate.of, 'if'), scope)])) : not(test);
}

/** A message that names what is missing and its reader, in JSONata; only meaningful where {@link missingIn} holds. */
export function missingText(uses: readonly Use[], reader: string, scope: ExpressionScope): Jsonata {
  const texts = inTens(uses).map((some) =>
    some.reduceRight<Jsonata>((rest, use) => {
      const condition = all([gatesOf(use, scope), isMissing(use, scope)]);
      return choose(condition, quote(missingMessage(use, reader)), rest);
    }, quote('')),
  );
  return balanced(texts, (some, others) => bind('$text', some, `$text != "" ? $text : ${others}`)) ?? quote('');
}

/** The message that what a use reads is missing. */
export function missingMessage({ reference, field }: Use, reader: string): string {
  const at = field === '' ? reader : `field ${quote(field)} of ${reader}`;
  return `${sourceOf(reference)} is missing, which ${at} reads`;
}

/** Names the source of a value: `"id" of step "load"`. */
function sourceOf(reference: Use['reference']): string {
  if (reference.kind === 'input') return `${quote(reference.path.text)} of the flow's input`;
  if (reference.kind === 'variable') return `the variable ${quote(reference.name)}`;
  return `${quote(reference.path.text)} of step ${quote(reference.step)}`;
}
