import type { Json } from '../../../protocol/json.ts';
import { escapeValue, fault } from '../../../protocol/markers.ts';
import type { Operand, Operation } from '../../../protocol/operation.ts';
import {
  nameOf,
  type Order,
  OUTLINED_AS_IT_IS,
  type Outcome,
  operate,
  type Typed,
  WORK,
} from '../../../protocol/operators.ts';
import type { Path } from '../../../protocol/path.ts';
import { mayFail } from '../../analyse/operation-faults.ts';
import { flatConstant } from './constant.ts';
import { all, any, choose, constant, FALSE, type Jsonata, jsonata, not, object, quote, TRUE } from './jsonata.ts';
import { bind, bindAll, fn, type Local } from './locals.ts';
import { isOfMarker, isSpilledWithin, isWholeSpilled } from './lookalike.ts';
import { EMPTY, regex } from './syntax.ts';

/** Where an operation finds its operands, in JSONata; no value where a path is missing. */
export type ReadOperand = (path: Path, text: string) => Jsonata;

/**
 * What an operation makes of values that the state machine has, in JSONata: exactly as `operate` does. No value where it
 * needs one that is missing; a marker where they do not fit it. Evaluating it never fails.
 */
export function operationCode(operation: Operation, read: ReadOperand): Jsonata {
  const { operator, operands } = operation;
  const codes = operands.map((operand) => operandCode(operand, read));
  const [one, other = { code: constant(null) }] = codes;
  if (!one) return operator === 'concat' ? quote('') : constant(null);
  switch (operator) {
    case 'outline':
      return orNull(one);
    case 'coalesce':
      return firstOf(codes);
    case 'length':
      return bind('$one', one.code, after(faultIn([['$one', one]]), lengthOf));
    case 'concat':
      return concatenated(codes);
    case 'eq':
      return equal(one, other);
    case 'in':
      return within(one, other);
    default:
      return compared(operator, one, other);
  }
}

interface OperandCode {
  readonly code: Jsonata;
  /** Its value, if it is a constant. */
  readonly is?: Json;
  /** Whether it may be a fault of an operator. */
  readonly mayFail?: boolean;
}

function operandCode(operand: Operand, read: ReadOperand): OperandCode {
  if ('is' in operand) return { code: flatConstant(escapeValue(operand.is)), is: operand.is };
  if ('at' in operand) return { code: read(operand.path, operand.at) };
  if ('given' in operand) throw new Error('Only a function has operands in a list');
  return { code: operationCode(operand, read), mayFail: mayFail(operand) };
}

type Bound = readonly [local: '$one' | '$other', operand: OperandCode];

/** The fault among bound operands; undefined where none may be one. */
function faultIn(bound: readonly Bound[]): ((otherwise: Jsonata) => Jsonata) | undefined {
  const [first, ...rest] = bound.filter(([, operand]) => operand.mayFail);
  if (!first) return undefined;
  const [local] = first;
  const further = faultIn(rest);
  return (otherwise) => jsonata`(${isFaultCode(local)} ? ${local} : ${further ? further(otherwise) : otherwise})`;
}

const after = (faults: ReturnType<typeof faultIn>, value: Jsonata): Jsonata => faults?.(value) ?? value;

/** Whether a value is the marker of a fault. */
export const isFaultCode = (value: Jsonata): Jsonata => isOfMarker(value, '$fault');

const isOf = (value: Jsonata, type: string): Jsonata => jsonata`$type(${value}) = ${quote(type)}`;

const orNull = ({ code, is }: OperandCode): Jsonata =>
  is === undefined ? bind('$value', code, jsonata`$exists($value) ? $value : null`) : code;

/** The first operand that is neither null nor missing; the marker of a fault is such a one. */
const firstOf = (operands: readonly OperandCode[]): Jsonata =>
  operands.reduceRight<Jsonata>((rest, { code, is }) => {
    if (is !== undefined) return is === null ? rest : code;
    return bind('$one', code, jsonata`($exists($one) ? $one != null : false) ? $one : ${rest}`);
  }, constant(null));

/** The name of the type of a value. */
const typeName = (value: Jsonata): Jsonata =>
  jsonata`$lookup({"null": "null", "array": "a list", "object": "a map", "string": "a string", "number": "a number", "boolean": "a boolean"}, $type(${value}))`;

const nameOfOperand = (local: Jsonata, { is }: OperandCode): Jsonata =>
  is === undefined ? typeName(local) : quote(nameOf(is));

const faultCode = (text: Jsonata): Jsonata => object([['$fault', text]]);

/** A constant fault: that of `operate` for operands which do not fit whatever the others are. */
const knownFault = (text: string): Jsonata => constant(fault(text));

function equal(one: OperandCode, other: OperandCode): Jsonata {
  const faults = faultIn([
    ['$one', one],
    ['$other', other],
  ]);
  return bindAll(
    [
      ['$one', orNull(one)],
      ['$other', orNull(other)],
    ],
    after(faults, jsonata`$one = $other`),
  );
}

/** The beginning of what is wrong with operands, before what they are. */
function finding(operator: Typed): Jsonata {
  return quote(`${WORK[operator]}, and finds `);
}

function within(one: OperandCode, other: OperandCode): Jsonata {
  const known = other.is;
  if (known !== undefined && !Array.isArray(known)) {
    const outcome = operate('in', [null, known]);
    const result = 'fault' in outcome ? knownFault(outcome.fault) : FALSE;
    const fault = faultIn([['$one', one]]);
    return fault ? bind('$one', one.code, fault(result)) : result;
  }
  const faults = faultIn([
    ['$one', one],
    ['$other', other],
  ]);
  // `in` compares by identity: exact for all but lists and maps.
  const isPlain = known?.every((item) => item === null || typeof item !== 'object') === true;
  const among = isPlain
    ? jsonata`$one in ${other.code}`
    : jsonata`true in $map($other, ${fn(['$item'], jsonata`$item = $one`)})`;
  const unfit = jsonata`{"$fault": ${finding('in')} & ${typeName('$other')}}`;
  const found =
    known === undefined ? choose(isOf('$other', 'array'), among, choose(jsonata`$other = null`, FALSE, unfit)) : among;
  return bindAll(
    [
      ['$one', orNull(one)],
      ['$other', orNull(other)],
    ],
    after(faults, found),
  );
}

/** A constant with none of these is in the same order among strings by UTF-16 units, as JSONata has them, and by code points. */
const FROM_SURROGATES = /[\ud800-\uffff]/;

const SIGNS: { readonly [O in Order]: Jsonata } = {
  lt: jsonata`<`,
  lte: jsonata`<=`,
  gt: jsonata`>`,
  gte: jsonata`>=`,
};

function compared(operator: Order, one: OperandCode, other: OperandCode): Jsonata {
  const bound: readonly Bound[] = [
    ['$one', one],
    ['$other', other],
  ];
  const open = bound.filter(([, { is }]) => is === undefined);
  const known = bound.flatMap(([, { is }]) => (is === undefined ? [] : [is]));
  const areAll = (type: string): Jsonata =>
    known.every((is) => typeof is === type) ? all(open.map(([local]) => isOf(local, type))) : FALSE;
  const isPlain = known.some((is) => typeof is === 'string' && !FROM_SURROGATES.test(is));
  const [left, right] = bound.map(([local]) => (isPlain ? local : ordered(local)));
  const unfit = faultCode(
    jsonata`${finding(operator)} & ${nameOfOperand('$one', one)} & " and " & ${nameOfOperand('$other', other)}`,
  );
  const inOrder = choose(
    areAll('number'),
    jsonata`$one ${SIGNS[operator]} $other`,
    choose(areAll('string'), jsonata`${left ?? '$one'} ${SIGNS[operator]} ${right ?? '$other'}`, unfit),
  );
  const isThere = all(open.map(([local]) => jsonata`$exists(${local})`));
  const value = after(faultIn(bound), inOrder);
  return bindAll(
    bound.map(([local, { code }]) => [local, code]),
    isThere === TRUE ? value : jsonata`${isThere} ? ${value}`,
  );
}

/**
 * A string whose UTF-16 units are in the order of its code points: one beyond U+FFFF has two units that are less than those from
 * U+E000 on, so it gets the greatest unit in front of it, and that unit itself is made less than those.
 */
const ordered = (text: Jsonata): Jsonata =>
  jsonata`$replace($replace(${text}, ${regex('[\\uffff]')}, "\uffff\\u0000"), ${regex('[\\ud800-\\udbff][\\udc00-\\udfff]')}, "\uffff$0")`;

const lengthOf: Jsonata = choose(
  isOf('$one', 'string'),
  jsonata`$length($one)`,
  choose(
    isOf('$one', 'array'),
    jsonata`$count($one)`,
    choose(
      isOf('$one', 'object'),
      jsonata`$count($keys($one))`,
      jsonata`$exists($one) ? {"$fault": ${finding('length')} & ${typeName('$one')}}`,
    ),
  ),
);

/**
 * A text of parts, one after the other: null as soon as one is missing, the marker of a fault where one does not fit. The parts
 * are not first put into a list: JSONata evaluates the items of a list at once, and counts them all as levels of an expression.
 */
function concatenated(parts: readonly OperandCode[]): Jsonata {
  const steps = parts.map(({ code, is }): readonly (readonly [Local, Jsonata])[] => {
    if (is === undefined)
      return [
        ['$one', code],
        ['$text', choose(jsonata`$exists($one)`, whileText(pieceAdded), constant(null))],
      ];
    const outcome = operate('concat', [is]);
    const added = 'value' in outcome ? jsonata`$text & ${quote(String(outcome.value))}` : faultOf(outcome);
    return [['$text', whileText(added)]];
  });
  return bindAll([['$text', EMPTY], ...steps.flat()], jsonata`$not(${isOf('$text', 'null')}) ? $text`);
}

const whileText = (added: Jsonata): Jsonata => choose(isOf('$text', 'string'), added, '$text');

const faultOf = (outcome: Outcome): Jsonata => ('fault' in outcome ? knownFault(outcome.fault) : constant(null));

/** A text with one more part. */
const pieceAdded: Jsonata = choose(
  isOf('$one', 'string'),
  jsonata`$text & $one`,
  choose(
    jsonata`$type($one) in ["number", "boolean"]`,
    jsonata`$text & $string($one)`,
    choose(isFaultCode('$one'), '$one', jsonata`{"$fault": ${finding('concat')} & ${typeName('$one')}}`),
  ),
);

/**
 * Whether the state machine may have only a marker of what an operation needs, or cannot work with it exactly: then a function
 * answers it. {@link FALSE} where neither can be. `least`: bytes above which a value may have been spilled.
 */
export function needsFunction(operation: Operation, least: number, read: ReadOperand): Jsonata {
  const isNeededFor = (operand: Operand, at: number): Jsonata => {
    if ('at' in operand) {
      if (isExact(operation, at, least)) return FALSE;
      return bind('$value', read(operand.path, operand.at), unfitTest(operation.operator));
    }
    if (!('operator' in operand)) return FALSE;
    // What it gives is one of its operands.
    if (operand.operator === 'coalesce') return any(operand.operands.map((inner) => isNeededFor(inner, at)));
    return needsFunction(operand, least, read);
  };
  return any(operation.operands.map(isNeededFor));
}

function unfitTest(operator: Operation['operator']): Jsonata {
  if (operator === 'outline') {
    const isShort = jsonata`$contains($value, ${regex(OUTLINED_AS_IT_IS.source)})`;
    return choose(isOf('$value', 'string'), not(isShort), jsonata`$type($value) in ["array", "object"]`);
  }
  // The parts of a value are compared, too.
  if (operator === 'eq' || operator === 'in') return isSpilledWithin('$value');
  const isSpilled = isWholeSpilled('$value');
  if (operator !== 'concat') return isSpilled;
  // JSONata writes 15 digits of a number; some versions of it, all digits of a whole one.
  return choose(isOf('$value', 'number'), jsonata`$number($string($value)) != $value`, isSpilled);
}

/**
 * Whether the state machine does an operation exactly on values that it has, of which it may have only markers. `least`: bytes
 * above which a value may have been spilled.
 */
export function isExactOnMarkers(operation: Operation, least: number): boolean {
  const isExactFor = (operand: Operand, at: number): boolean => {
    if ('at' in operand) return isExact(operation, at, least);
    if (!('operator' in operand)) return true;
    if (operand.operator === 'coalesce') return operand.operands.every((inner) => isExactFor(inner, at));
    return isExactOnMarkers(operand, least);
  };
  return operation.operands.every(isExactFor);
}

/** Bytes that any number, boolean or null takes. */
const SCALAR = 32;

/** Whether an operation does the same with the marker of a spilled value at an operand as with the value itself. */
function isExact({ operator, operands }: Operation, at: number, least: number): boolean {
  if (least < SCALAR) return false;
  const others = operands.filter((_, index) => index !== at);
  const areSmall = others.every((other) => isSmall(other, least));
  switch (operator) {
    case 'eq':
      // A spilled value has more bytes than the other one.
      return areSmall;
    case 'in':
      return (
        at === 0 &&
        others.every(
          (other) => 'is' in other && (!Array.isArray(other.is) || other.is.every((item) => fits(item, least))),
        )
      );
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return others.every(isNoString);
    default:
      return false;
  }
}

/** Whether an operand is certainly no string. */
function isNoString(operand: Operand): boolean {
  if ('is' in operand) return typeof operand.is !== 'string';
  if (!('operator' in operand)) return false;
  return operand.operator === 'coalesce' ? operand.operands.every(isNoString) : operand.operator === 'length';
}

function isSmall(operand: Operand, least: number): boolean {
  if ('is' in operand) return fits(operand.is, least);
  if (!('operator' in operand)) return false;
  if (operand.operator === 'coalesce') return operand.operands.every((inner) => isSmall(inner, least));
  return operand.operator !== 'concat';
}

const fits = (value: Json, least: number): boolean => Buffer.byteLength(JSON.stringify(value)) <= Math.min(least, 100);
