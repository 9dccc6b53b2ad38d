import type { Reporter, Span } from '../../diagnostics/diagnostics.ts';
import { OPERATORS, type Operator } from '../../protocol/operators.ts';
import { type Expression, type IfExpression, literal } from '../expression.ts';
import { Fields, type KeyHints } from '../text/fields.ts';
import { describe, type MapTree, type Tree } from '../text/tree.ts';
import { conditionIn } from './infix-condition.ts';

/** Reads one form of expression; `read` reads the values in it. */
export type ReadForm = (map: MapTree, reporter: Reporter, read: Readers) => Expression;

type ReadValue = (tree: Tree) => Expression;

interface Readers {
  readonly value: ReadValue;
  readonly condition: (tree: Tree, of: '$and' | '$or' | '$not') => Expression;
}

/** What is written after the key of an operator. */
interface Operands {
  /** How many they are; undefined for a list of any number. */
  readonly count?: 1 | 2 | undefined;
  readonly form: string;
}

const OPERANDS: { readonly [O in Operator]: Operands } = {
  ...{ eq: pairOf('$eq'), lt: pairOf('$lt'), lte: pairOf('$lte'), gt: pairOf('$gt'), gte: pairOf('$gte') },
  in: { count: 2, form: '{ $in: [value, list] }' },
  concat: { form: '{ $concat: [first, second] }' },
  length: { count: 1, form: '{ $length: value }' },
};

function pairOf(key: string): Operands {
  return { count: 2, form: `{ ${key}: [first, second] }` };
}

/** The forms of operators by key. */
export const OPERATOR_FORMS: readonly (readonly [key: string, read: ReadForm])[] = [
  ...OPERATORS.map((operator) => [`$${operator}`, readerOf(operator)] as const),
  ['$ne', readUnequal],
  ['$and', readAll],
  ['$or', readAny],
  ['$not', readNot],
];

/** What belongs to an `$if`, whose condition an operator is. */
const IN_IF = { instead: 'Put the condition under $if: { $if: condition, then: value, else: value }.' };
const HINTS: KeyHints = new Map([
  ...['then', 'else'].map((key) => [key, IN_IF] as const),
  ['path', { instead: 'An operator has no path: put the path into the reference, as in { $step: ID, path: PATH }.' }],
  ['default', { instead: 'Write { $coalesce: [value, default] } for the operand that may be missing.' }],
]);

function fieldsOf(map: MapTree, key: string, reporter: Reporter): Fields {
  return new Fields(map, `${/^\$[aeio]/.test(key) ? 'an' : 'a'} ${key}`, [key], reporter, { hints: HINTS });
}

function readerOf(operator: Operator): ReadForm {
  return (map, reporter, { value }) => readOperation(operator, map, `$${operator}`, reporter, value);
}

function readOperation(operator: Operator, map: MapTree, key: string, reporter: Reporter, read: ReadValue): Expression {
  const { count, form } = key === '$ne' ? pairOf(key) : OPERANDS[operator];
  const written = fieldsOf(map, key, reporter).tree(key);
  const operands =
    count === 1 && written ? [read(written)] : listed(map, key, written, { count, form }, reporter, read);
  return operands ? { kind: 'operation', operator, operands, span: map.span } : literal(null, map.span);
}

/** The operands in a list; undefined where it is none, or has not as many as it should. */
function listed(
  map: MapTree,
  key: string,
  written: Tree | undefined,
  { count, form }: Operands,
  reporter: Reporter,
  read: ReadValue,
): readonly Expression[] | undefined {
  if (written?.kind === 'list' && (count === undefined || written.items.length === count))
    return written.items.map(read);
  const wanted = count === undefined ? 'a list of values' : `a list of ${count} values`;
  const found =
    written?.kind === 'list' ? `a list of ${written.items.length}` : written ? describe(written) : 'nothing';
  const problem = `${key} takes ${wanted}, and finds ${found}`;
  reporter.report('bad-reference', { problem, form: formFor(form, key, written, reporter) }, written?.span ?? map.span);
  return undefined;
}

/** How the operator is written, with what was found in its place where that tells what is meant. */
function formFor(form: string, key: string, written: Tree | undefined, reporter: Reporter): string {
  if (written?.kind === 'list' && written.items.length > 2)
    return key === '$in'
      ? '{ $in: [value, [first, second, third]] }, with the list as the second'
      : `${form}, and join several with $and or $or: { $and: [${form}, ${form}] }`;
  if (written?.kind === 'list' || written?.kind === 'map' || !written) return form;
  const condition = typeof written.value === 'string' ? conditionIn(written.value, reporter.stepIds) : undefined;
  if (condition !== undefined) return condition;
  const value = JSON.stringify(written.value);
  return form.includes('first') ? form.replace('second', value) : form.replace('value', value);
}

function readUnequal(map: MapTree, reporter: Reporter, { value }: Readers): Expression {
  const equal = readOperation('eq', map, '$ne', reporter, value);
  return negated(equal, '$ne');
}

function readNot(map: MapTree, reporter: Reporter, { condition }: Readers): Expression {
  const value = fieldsOf(map, '$not', reporter).tree('$not');
  return { ...negated(value ? condition(value, '$not') : literal(null, map.span), '$not'), span: map.span };
}

function negated(condition: Expression, written: IfExpression['written']): IfExpression {
  const [no, yes] = [literal(false, condition.span), literal(true, condition.span)];
  return { kind: 'if', ...(written && { written }), condition, consequent: no, alternative: yes, span: condition.span };
}

function readAll(map: MapTree, reporter: Reporter, read: Readers): Expression {
  return readChain('$and', map, reporter, read);
}

function readAny(map: MapTree, reporter: Reporter, read: Readers): Expression {
  return readChain('$or', map, reporter, read);
}

/** A chain of conditions, as one `$if` in another: each is only evaluated where those before it do not decide. */
function readChain(written: '$and' | '$or', map: MapTree, reporter: Reporter, { condition }: Readers): Expression {
  const form = `{ ${written}: [first, second] }`;
  const tree = fieldsOf(map, written, reporter).tree(written);
  const read = (one: Tree): Expression => condition(one, written);
  const conditions = listed(map, written, tree, { form }, reporter, read) ?? [];
  return chainOf(written, conditions, map.span);
}

/** The most conditions one in another: what walks over expressions is as deep as they are. */
const LONGEST_CHAIN = 10;

/** A long chain is one of shorter ones, in the same order. */
function chainOf(written: '$and' | '$or', conditions: readonly Expression[], span: Span): Expression {
  if (conditions.length > LONGEST_CHAIN) {
    const groups = inGroupsOf(LONGEST_CHAIN, conditions);
    return chainOf(
      written,
      groups.map((group) => chainOf(written, group, span)),
      span,
    );
  }
  const [yes, no] = [literal(true, span), literal(false, span)];
  return conditions.reduceRight<Expression>(
    (rest, condition) =>
      written === '$and'
        ? { kind: 'if', written, condition, consequent: rest, alternative: no, span }
        : { kind: 'if', written, condition, consequent: yes, alternative: rest, span },
    written === '$and' ? yes : no,
  );
}

const inGroupsOf = <T>(size: number, items: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
