import type { Reporter } from '../../diagnostics/diagnostics.ts';
import { OPERATORS, type Operator } from '../../protocol/operators.ts';
import { type Expression, type IfExpression, literal } from '../expression.ts';
import { Fields } from '../text/fields.ts';
import { describe, type MapTree, type Tree } from '../text/tree.ts';

/** Reads one form of expression; `read` reads the values in it. */
export type ReadForm = (map: MapTree, reporter: Reporter, read: ReadValue) => Expression;

type ReadValue = (tree: Tree) => Expression;

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

function readerOf(operator: Operator): ReadForm {
  return (map, reporter, read) => readOperation(operator, map, `$${operator}`, reporter, read);
}

function readOperation(operator: Operator, map: MapTree, key: string, reporter: Reporter, read: ReadValue): Expression {
  const { count, form } = OPERANDS[operator];
  const written = new Fields(map, `a ${key}`, [key], reporter).tree(key);
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
  const found =
    written?.kind === 'list' ? `a list of ${written.items.length}` : written ? describe(written) : 'nothing';
  const wanted = count === undefined ? 'a list of values' : `a list of ${count} values`;
  const problem = `${key} takes ${wanted}, and finds ${found}`;
  reporter.report('bad-reference', { problem, form: form.replace('$eq', key) }, written?.span ?? map.span);
  return undefined;
}

function readUnequal(map: MapTree, reporter: Reporter, read: ReadValue): Expression {
  const equal = readOperation('eq', map, '$ne', reporter, read);
  return negated(equal, '$ne');
}

function readNot(map: MapTree, reporter: Reporter, read: ReadValue): Expression {
  const value = new Fields(map, 'a $not', ['$not'], reporter).tree('$not');
  return { ...negated(value ? read(value) : literal(null, map.span), '$not'), span: map.span };
}

function negated(condition: Expression, written: IfExpression['written']): IfExpression {
  const [no, yes] = [literal(false, condition.span), literal(true, condition.span)];
  return { kind: 'if', ...(written && { written }), condition, consequent: no, alternative: yes, span: condition.span };
}

function readAll(map: MapTree, reporter: Reporter, read: ReadValue): Expression {
  return readChain('$and', map, reporter, read);
}

function readAny(map: MapTree, reporter: Reporter, read: ReadValue): Expression {
  return readChain('$or', map, reporter, read);
}

/** A chain of conditions, as one `$if` in another: each is only evaluated where those before it do not decide. */
function readChain(written: '$and' | '$or', map: MapTree, reporter: Reporter, read: ReadValue): Expression {
  const form = `{ ${written}: [first, second] }`;
  const tree = new Fields(map, `an ${written}`, [written], reporter).tree(written);
  const conditions = listed(map, written, tree, { form }, reporter, read) ?? [];
  const { span } = map;
  const [yes, no] = [literal(true, span), literal(false, span)];
  return conditions.reduceRight<Expression>(
    (rest, condition) =>
      written === '$and'
        ? { kind: 'if', written, condition, consequent: rest, alternative: no, span }
        : { kind: 'if', written, condition, consequent: yes, alternative: rest, span },
    written === '$and' ? yes : no,
  );
}
