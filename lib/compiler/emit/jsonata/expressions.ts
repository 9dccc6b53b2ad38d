import type { Template } from '../../../asl/state-machine.ts';
import {
  type CoalesceExpression,
  childrenOf,
  type Expression,
  type IfExpression,
  type InputReference,
  type ListExpression,
  type Literal,
  literal,
  type MapExpression,
  type OperationExpression,
  type ReadPath,
  type StepReference,
  type VariableReference,
} from '../../../flow/expression.ts';
import { formatPath } from '../../../protocol/describe.ts';
import { type Test, testKey } from '../../../protocol/invocation.ts';
import type { Json } from '../../../protocol/json.ts';
import { escapeValue, missing, SKIPPED, secret, travellingKey } from '../../../protocol/markers.ts';
import { mayFail, namePath, mayMiss as operationMayMiss, pathsIn } from '../../../protocol/path.ts';
import { FAILING, passes } from '../../../protocol/truth.ts';
import { askedBy, type DemandGate, type Wanted } from '../../analyse/demand.ts';
import { type Asked, mayFailIn, type Question } from '../../analyse/questions.ts';
import { mayBeMissing, type Reference, spreadsSkip, type Use, usesOf } from '../../analyse/uses.ts';
import type { KnownConditions } from '../../plan/condition-graph.ts';
import type { ConditionReference } from '../../plan/hoisted-conditions.ts';
import { type ByGates, byGates, type Gated } from './by-gates.ts';
import {
  allOf,
  anyOf,
  type Code,
  conditionOf,
  eitherOf,
  firstTextOf,
  listOf,
  objectOf,
  oppositeOf,
  written,
} from './code.ts';
import { flatConstant } from './constant.ts';
import { isGuaranteed } from './input-path.ts';
import {
  all,
  any,
  choose,
  constant,
  evaluated,
  FALSE,
  type Jsonata,
  jsonata,
  lookup,
  not,
  quote,
  TRUE,
  text,
  verbatim,
} from './jsonata.ts';
import { bind, bindAll } from './locals.ts';
import { mapOf, mayLookAlike } from './lookalike.ts';
import { isFaultCode } from './operations.ts';

/** Where an expression finds what it reads, in JSONata. */
export interface ExpressionScope {
  /** The slots of a step's result. */
  readonly slots: (step: string) => Jsonata;
  /** The flow's input at a path; no value where it is missing. */
  readonly input: (path: ReadPath) => Jsonata;
  readonly inputSchema?: Json;
  /** What is given to a variable, where only a run knows that, at the path of a reference; no value where it is missing. */
  readonly variable: (reference: VariableReference) => Jsonata;
  /** The value of a hoisted condition. */
  readonly hoisted: (known: ConditionReference) => Jsonata;
  /** The hoisted conditions that take the place of what they are made of. @default none */
  readonly known?: KnownConditions | undefined;
  /** The link for a reference that the wrapper resolves; undefined for any other. */
  readonly link?: (reference: StepReference) => Template | undefined;
  /** The marker of a value that was packed, for a reference in the input of a function; undefined for any other. */
  readonly packed?: (reference: StepReference) => Jsonata | undefined;
  /** Whether a function takes the values, which then does the operations in them itself. @default the state machine does them */
  readonly byFunction?: true;
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

/** What a reference reads, as it is. */
function slotOrInput(reference: Reference, scope: ExpressionScope): Jsonata {
  if (reference.kind === 'step') return lookup(scope.slots(reference.step), reference.path.text);
  return reference.kind === 'input' ? scope.input(reference.path) : constant(null);
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

/**
 * Whether two operands are equal. The state machine does no other operation itself: all others are made by functions, or are
 * parts of the flow's input (see `lowerOperations`). Neither operand is missing, or a marker.
 */
const equalityCode = ({ operator, operands }: OperationExpression, scope: ExpressionScope): Jsonata => {
  if (operator !== 'eq') throw new Error(`$${operator} has not been lowered`);
  const [one = constant(null), other = constant(null)] = operands.map((operand) => written(valueCode(operand, scope)));
  return bindAll(
    [
      ['$one', one],
      ['$other', other],
    ],
    jsonata`$one = $other`,
  );
};

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

function variableTest(reference: VariableReference, test: Test, scope: ExpressionScope): Code {
  if (!reference.given) return FALSE;
  const value = scope.variable(reference);
  return reference.given === 'presence' ? jsonata`$exists(${value})` : passesTest(value, test);
}

function ifValue({ condition, consequent, alternative }: IfExpression, scope: ExpressionScope): Code {
  const arms = eitherOf(testCode(condition, 'if', scope), valueCode(consequent, scope), valueCode(alternative, scope));
  return eitherOf(skipsIn(condition, scope), constant(SKIPPED), arms);
}

/** The items of a `$coalesce`. One that is a `$coalesce` itself stands for its own items, unless something of it is known. */
const itemsOf = ({ items }: CoalesceExpression, scope: ExpressionScope): readonly Expression[] =>
  items.flatMap((item) => (item.kind === 'coalesce' && !scope.known?.has(item) ? itemsOf(item, scope) : [item]));

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

const testCode = (of: Expression, question: Test, scope: ExpressionScope): Code => answerTo({ of, question }, scope);
const skipsIn = (of: Expression, scope: ExpressionScope): Code => answerTo({ of, question: 'skips' }, scope);
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
    case 'if': {
      const { condition, consequent, alternative } = expression;
      const arms = [missesIn(consequent, scope), missesIn(alternative, scope)] as const;
      return anyOf([failsIn(condition, scope), conditionOf(testCode(condition, 'if', scope), ...arms)]);
    }
    default:
      return failsIn(expression, scope);
  }
}

/** Whether the evaluation of an expression whose missing values are no faults comes upon a fault of an operator. */
function newFails(expression: Expression, scope: ExpressionScope): Code {
  if (!mayFailIn(expression)) return FALSE;
  switch (expression.kind) {
    case 'step':
    case 'input':
      return isMissing({ reference: expression, lenient: true }, scope);
    case 'if': {
      const { condition, consequent, alternative } = expression;
      const arms = [failsIn(consequent, scope), failsIn(alternative, scope)] as const;
      return anyOf([failsIn(condition, scope), conditionOf(testCode(condition, 'if', scope), ...arms)]);
    }
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

const isSkipped = (step: string, scope: ExpressionScope): Jsonata =>
  scope.laterDeciders?.has(step) ? FALSE : jsonata`${lookup(scope.slots(step), '$skipped')} = true`;

/** Whether any of the uses reads a skipped step in a way that spreads the skip. */
export const skippedIn = (uses: readonly Use[], scope: ExpressionScope): Jsonata => written(skips(uses, scope));

const skips = (uses: readonly Use[], scope: ExpressionScope): Code =>
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

function isMissing(use: ReadUse, scope: ExpressionScope): Code {
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
function gateCode(gate: DemandGate, scope: ExpressionScope): Code {
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

/** A message that names what is missing and its reader, in JSONata; only meaningful where {@link missingIn} holds. */
export const missingText = (uses: readonly Use[], reader: string, scope: ExpressionScope): Jsonata =>
  written(firstMissing(byGates(uses), reader, scope));

const firstMissing = (groups: ByGates<Use>, reader: string, scope: ExpressionScope): Code =>
  groups.reduceRight<Code>((rest, group) => {
    if ('item' in group)
      return eitherOf(isMissing(group.item, scope), missingMessageCode(group.item, reader, scope), rest);
    const gates = allOf(group.gates.map((gate) => gateCode(gate, scope)));
    return firstTextOf(eitherOf(gates, firstMissing(group.behind, reader, scope), quote('')), rest);
  }, quote(''));

function missingMessageCode(use: Use, reader: string, scope: ExpressionScope): Jsonata {
  const { operation } = use.reference.path.path;
  const message = quote(missingMessage(use, reader));
  if (!operation || !mayFail(operation)) return message;
  const fault = jsonata`$lookup($value, "$fault") & ${quote(`, in ${readerOf(use, reader)}`)}`;
  return bind('$value', slotOrInput(use.reference, scope), choose(isFaultCode('$value'), fault, message));
}

/** The place that reads a value. */
export const readerOf = ({ field }: Use, reader: string): string =>
  field === '' ? reader : `field ${quote(field)} of ${reader}`;

/** The message that what a use reads is missing. */
export const missingMessage = (use: Use, reader: string): string =>
  `${sourceOf(use.reference)} is missing, which ${readerOf(use, reader)} reads`;

/** Names the source of a value: `"id" of step "load"`. */
function sourceOf(reference: Use['reference']): string {
  if (reference.kind === 'input') return `${namePath(reference.path.text)} of the flow's input`;
  if (reference.kind === 'variable') {
    const inside = reference.given ? formatPath(reference.path.path.segments) : '';
    return `${inside === '' ? 'value' : quote(inside)} of the variable ${quote(reference.name)}`;
  }
  const { operation } = reference.path.path;
  // Nobody has written the step that takes the operands.
  const isOfNoStep = operation !== undefined && pathsIn(operation).length === 0;
  return `${namePath(reference.path.text)}${isOfNoStep ? '' : ` of step ${quote(reference.step)}`}`;
}
