import {
  childrenOf,
  type Expression,
  type IfExpression,
  type StepReference,
  type VariableReference,
} from '../../../flow/expression.ts';
import { type Test, testKey } from '../../../protocol/invocation.ts';
import type { Json } from '../../../protocol/json.ts';
import { FAILING, passes } from '../../../protocol/truth.ts';
import { askedBy, type DemandGate, type Wanted } from '../../analyse/demand.ts';
import { mayFail, mayMiss as operationMayMiss } from '../../analyse/operation-faults.ts';
import { type Asked, mayFailIn, type Question } from '../../analyse/questions.ts';
import { mayBeMissing, type Reference, spreadsSkip, type Use } from '../../analyse/uses.ts';
import { type ByGates, byGates, type Gated } from './by-gates.ts';
import { allOf, anyOf, type Code, conditionOf, eitherOf, oppositeOf, written } from './code.ts';
import type { ExpressionScope } from './expression-scope.ts';
import { isGuaranteed } from './input-path.ts';
import { all, any, constant, FALSE, type Jsonata, jsonata, lookup, not, quote, TRUE } from './jsonata.ts';
import { bind } from './locals.ts';
import { isFaultCode } from './operations.ts';
import { equalityCode, isSkipped, itemsOf } from './read-reference.ts';

function variableTest(reference: VariableReference, test: Test, scope: ExpressionScope): Code {
  if (!reference.given) return FALSE;
  const value = scope.variable(reference);
  return reference.given === 'presence' ? jsonata`$exists(${value})` : passesTest(value, test);
}

/** Whether a value passes a test, as a boolean in JSONata. A missing or skipped value passes none. */
export const testOfValue = (expression: Expression, test: Test, scope: ExpressionScope): Jsonata =>
  written(answerTo({ of: expression, question: test }, scope));

/** The answer to a question, in JSONata: see {@link Question}. */
export const answerText = (asked: Asked, scope: ExpressionScope): Jsonata => written(answerTo(asked, scope));

function answerTo({ of, question }: Asked, scope: ExpressionScope): Code {
  const known = scope.known?.get(of)?.get(question);
  return known ? scope.hoisted(known) : remembered(scope, of, question, () => newAnswer(of, question, scope));
}

function newAnswer(expression: Expression, question: Question, scope: ExpressionScope): Code {
  if (question === 'fails') return newFails(expression, scope);
  if (question === 'skips') return newSkips(expression, scope);
  return question === 'misses' ? newMisses(expression, scope) : newTestCode(expression, question, scope);
}

export const testCode = (of: Expression, question: Test, scope: ExpressionScope): Code =>
  answerTo({ of, question }, scope);
export const skipsIn = (of: Expression, scope: ExpressionScope): Code => answerTo({ of, question: 'skips' }, scope);
const failsIn = (of: Expression, scope: ExpressionScope): Code => answerTo({ of, question: 'fails' }, scope);
const missesIn = (of: Expression, scope: ExpressionScope): Code => answerTo({ of, question: 'misses' }, scope);

function newTestCode(expression: Expression, test: Test, scope: ExpressionScope): Code {
  switch (expression.kind) {
    case 'literal':
      return passes(expression.value, test) ? TRUE : FALSE;
    case 'map':
    case 'list': {
      const parts = childrenOf(expression);
      return oppositeOf(
        anyOf([...parts.map((part) => skipsIn(part, scope)), ...parts.map((part) => missesIn(part, scope))]),
      );
    }
    case 'input': {
      const value = scope.input(expression.path);
      if (!mayFailIn(expression)) return passesTest(value, test);
      return bind('$value', value, all([not(isFaultCode('$value')), passesTest('$value', test)]));
    }
    case 'step':
      return stepTest(expression, test, scope);
    case 'variable':
      return variableTest(expression, test, scope);
    case 'if': {
      const { condition, consequent, alternative } = expression;
      const arms = conditionOf(
        testCode(condition, 'if', scope),
        testCode(consequent, test, scope),
        testCode(alternative, test, scope),
      );
      return allOf([oppositeOf(skipsIn(condition, scope)), arms]);
    }
    case 'coalesce':
      return coalesceTest(itemsOf(expression, scope), test, scope);
    case 'operation': {
      const parts = childrenOf(expression).map((part) => skipsIn(part, scope));
      const holds = test === 'present' ? TRUE : equalityCode(expression, scope);
      return allOf([oppositeOf(anyOf(parts)), holds]);
    }
  }
}

function coalesceTest(items: readonly Expression[], test: Test, scope: ExpressionScope): Code {
  const isPresent = (item: Expression): Code => testCode(item, 'present', scope);
  if (test === 'present') return anyOf(items.map(isPresent));
  return items.reduceRight<Code>((rest, item) => eitherOf(isPresent(item), testCode(item, test, scope), rest), FALSE);
}

/** Whether the evaluation of an expression reads a skipped step in a way that spreads the skip. */
function newSkips(expression: Expression, scope: ExpressionScope): Code {
  switch (expression.kind) {
    case 'step':
      return expression.onSkip === undefined ? isSkipped(expression.step, scope) : FALSE;
    case 'map':
    case 'list':
    case 'operation':
      return anyOf(childrenOf(expression).map((part) => skipsIn(part, scope)));
    case 'if': {
      const { condition, consequent, alternative } = expression;
      // Where the condition itself is skipped, it does not matter what else is.
      const arms = conditionOf(
        testCode(condition, 'if', scope),
        skipsIn(consequent, scope),
        skipsIn(alternative, scope),
      );
      return anyOf([skipsIn(condition, scope), arms]);
    }
    default:
      return FALSE;
  }
}

/** Whether the evaluation of an expression reads something that is missing, if it is not skipped. */
function newMisses(expression: Expression, scope: ExpressionScope): Code {
  switch (expression.kind) {
    case 'step':
    case 'input':
    case 'variable':
      return isMissing({ reference: expression, lenient: false }, scope);
    case 'map':
    case 'list':
      return anyOf(childrenOf(expression).map((part) => missesIn(part, scope)));
    case 'if':
      return failsInChoice(expression, missesIn, scope);
    default:
      return failsIn(expression, scope);
  }
}

/** Whether the condition of an `$if` fails, or the arm that is taken does, as `inArm` says. */
function failsInChoice(
  { condition, consequent, alternative }: IfExpression,
  inArm: (arm: Expression, scope: ExpressionScope) => Code,
  scope: ExpressionScope,
): Code {
  const arms = [inArm(consequent, scope), inArm(alternative, scope)] as const;
  return anyOf([failsIn(condition, scope), conditionOf(testCode(condition, 'if', scope), ...arms)]);
}

/** Whether the evaluation of an expression whose missing values are no faults comes upon a fault of an operator. */
function newFails(expression: Expression, scope: ExpressionScope): Code {
  if (!mayFailIn(expression)) return FALSE;
  switch (expression.kind) {
    case 'step':
    case 'input':
      return isMissing({ reference: expression, lenient: true }, scope);
    case 'if':
      return failsInChoice(expression, failsIn, scope);
    case 'coalesce':
      return itemsOf(expression, scope).reduceRight<Code>(
        (rest, item) => anyOf([failsIn(item, scope), allOf([oppositeOf(testCode(item, 'present', scope)), rest])]),
        FALSE,
      );
    default:
      return anyOf(childrenOf(expression).map((part) => failsIn(part, scope)));
  }
}

/** What was asked of expressions and demands in each scope. Where the same is asked again, the answer is shared. */
const answers = new WeakMap<ExpressionScope, Map<Expression | Wanted, Map<string, Code>>>();

function remembered(scope: ExpressionScope, of: Expression | Wanted, question: string, answer: () => Code): Code {
  const inScope = answers.get(scope) ?? new Map<Expression | Wanted, Map<string, Code>>();
  answers.set(scope, inScope);
  const known = inScope.get(of) ?? new Map<string, Code>();
  inScope.set(of, known);
  const code = known.get(question) ?? answer();
  known.set(question, code);
  return code;
}

function stepTest({ step, path, onSkip }: StepReference, test: Test, scope: ExpressionScope): Code {
  if (scope.laterDeciders?.has(step)) return FALSE;
  const slot = lookup(scope.slots(step), testKey(test, path.text));
  return onSkip === undefined ? slot : eitherOf(isSkipped(step, scope), passes(onSkip, test) ? TRUE : FALSE, slot);
}

/** Whether a value in JSONata, which may be missing, passes a test. */
export const passesTest = (value: Jsonata, test: Test): Jsonata =>
  bind(
    '$value',
    value,
    all([jsonata`$exists($value)`, ...FAILING[test].map((failing) => jsonata`$value != ${constant(failing)}`)]),
  );

/** Whether any of the uses reads a skipped step in a way that spreads the skip. */
export const skippedIn = (uses: readonly Use[], scope: ExpressionScope): Jsonata => written(skips(uses, scope));

export const skips = (uses: readonly Use[], scope: ExpressionScope): Code =>
  anyOfGroups(byGates(uses.filter(spreadsSkip)), ({ reference }) => isSkipped(reference.step, scope), scope);

/** Whether any of the uses reads something that is missing. */
export const missingIn = (uses: readonly Use[], scope: ExpressionScope): Jsonata => written(misses(uses, scope));

const misses = (uses: readonly Use[], scope: ExpressionScope): Code =>
  anyOfGroups(byGates(uses), (use) => isMissing(use, scope), scope);

/** Whether any of some items is so, of those whose gates hold. */
export const anyGated = <T extends Gated>(
  items: readonly T[],
  isSo: (item: T) => Code,
  scope: ExpressionScope,
): Jsonata => written(anyOfGroups(byGates(items), isSo, scope));

const anyOfGroups = <T extends Gated>(groups: ByGates<T>, isSo: (item: T) => Code, scope: ExpressionScope): Code =>
  anyOf(
    groups.map((group) =>
      'item' in group
        ? isSo(group.item)
        : allOf([...group.gates.map((gate) => gateCode(gate, scope)), anyOfGroups(group.behind, isSo, scope)]),
    ),
  );

/** What a use reads, and whether it may be missing there. */
type ReadUse = Pick<Use<Reference>, 'reference' | 'lenient'>;

/** Whether what a use reads may be missing at run time. */
export const mayMiss = (use: ReadUse, inputSchema: Json | undefined): boolean =>
  mayBeMissing(use, (path) => isGuaranteed(inputSchema, path));

export function isMissing(use: ReadUse, scope: ExpressionScope): Code {
  if (!mayMiss(use, scope.inputSchema)) return FALSE;
  const { reference } = use;
  if (reference.kind === 'step' && scope.laterDeciders?.has(reference.step)) return FALSE;
  if (reference.kind === 'variable')
    return reference.given ? not(jsonata`$exists(${scope.variable(reference)})`) : TRUE;
  const { operation } = reference.path.path;
  if (reference.kind === 'step') {
    const slots = scope.slots(reference.step);
    return use.lenient
      ? isFaultCode(lookup(slots, reference.path.text))
      : jsonata`${quote(reference.path.text)} in ${lookup(slots, '$missing')}`;
  }
  const value = scope.input(reference.path);
  const isAbsent = use.lenient || (operation && !operationMayMiss(operation)) ? FALSE : not(jsonata`$exists($value)`);
  return operation && mayFail(operation)
    ? bind('$value', value, any([isAbsent, isFaultCode('$value')]))
    : not(jsonata`$exists(${value})`);
}

/** Whether a gate holds. */
export function gateCode(gate: DemandGate, scope: ExpressionScope): Code {
  if (gate.kind === 'wanted') return wantedCode(gate.of, scope);
  const answered = anyOf(askedBy(gate).map((asked) => answerTo(asked, scope)));
  return gate.kind === 'if' ? answered : oppositeOf(answered);
}

/** Whether a demand holds. */
function wantedCode(wanted: Wanted, scope: ExpressionScope): Code {
  const known = scope.known?.get(wanted)?.get('wanted');
  if (known) return scope.hoisted(known);
  return remembered(scope, wanted, 'wanted', () =>
    anyOfGroups(byGates(wanted.demand.map(({ gates }) => ({ gates }))), () => TRUE, scope),
  );
}
