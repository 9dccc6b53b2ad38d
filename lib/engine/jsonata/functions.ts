import { createHash } from 'node:crypto';
import jsonata from 'jsonata';
import { BASE64 } from '../execution/base64.ts';
import { parseJson } from '../execution/depth.ts';
import { javaRandom } from '../execution/java-random.ts';
import { uuidFrom } from '../execution/uuid.ts';
import { type Environment, ExpressionError, MEMORY, NO_CODE } from './expression.ts';

/**
 * The functions that AWS adds to JSONata, and those of JSONata that must use the run's clock and random numbers.
 * Source: "Functions provided by Step Functions", AWS Step Functions developer guide; what it does not specify was
 * measured on AWS in the tests of floci, https://github.com/floci-io/floci: JsonataEvaluatorTest.
 */
const AWS_FUNCTIONS: Readonly<Record<string, (environment: Environment) => unknown>> = {
  partition: () => partition,
  range: () => range,
  hash: () => hash,
  parse: () => parse,
  uuid:
    (environment) =>
    (...more: readonly unknown[]) => {
      refuseExtra('uuid', 1, more);
      return uuidFrom(environment.random);
    },
  random,
  millis: (environment) => () => environment.clock.now(),
  now: nowAt,
};

/** The function with a name, bound to the environment; undefined if AWS adds none of that name. */
export const addedFunction = (name: string, environment: Environment): unknown =>
  Object.hasOwn(AWS_FUNCTIONS, name) ? AWS_FUNCTIONS[name]?.(environment) : undefined;

const formatMillis = jsonata('$fromMillis($at, $picture, $zone)');

/** `$now()` of the run's clock, in the format of the package. */
function nowAt(environment: Environment): unknown {
  return (picture?: unknown, zone?: unknown) =>
    formatMillis.evaluate(undefined, { at: environment.clock.now(), picture, zone });
}

/** Splits a list into lists of `size` items; the last may have fewer. A fractional size is truncated. */
function partition(list: unknown, size: unknown, ...more: readonly unknown[]): unknown {
  refuseExtra('partition', 3, more);
  if (list === undefined) return undefined;
  if (list === null) throw notAList('partition', 1);
  const items = Array.isArray(list) ? list : [list];
  const step = size === undefined ? items.length : truncated('partition', 2, size);
  if (step < 0) throw wrongValue('Second argument must be zero or greater');
  if (step === 0) return undefined;
  return Array.from({ length: Math.ceil(items.length / step) }, (_, index) =>
    items.slice(index * step, (index + 1) * step),
  );
}

/** The maximum length of a list that `$range` returns on AWS. */
const MAX_RANGE_LENGTH = 360_145;

/** The numbers from `first` to `last`, both included, by `step`. A single number is returned itself, and undefined if there is none. */
function range(first: unknown, last: unknown, step: unknown, ...more: readonly unknown[]): unknown {
  refuseExtra('range', 4, more);
  if (first === undefined) return undefined;
  const [from, to] = [truncated('range', 1, first), truncated('range', 2, last)];
  const by = step === undefined ? 0 : truncated('range', 3, step);
  if (by === 0) return undefined;
  const length = Math.floor((to - from) / by) + 1;
  if (length > MAX_RANGE_LENGTH) throw new ExpressionError(NO_CODE, MEMORY);
  if (length <= 1) return length === 1 ? from : undefined;
  return Array.from({ length }, (_, index) => from + index * by);
}

const ALGORITHMS: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** The hash of a text in hexadecimal digits. */
function hash(text: unknown, algorithm: unknown, ...more: readonly unknown[]): unknown {
  refuseExtra('hash', 3, more);
  if (text === undefined || algorithm === undefined) return undefined;
  if (typeof text !== 'string') throw wrongType('hash', 1);
  if (typeof algorithm !== 'string') throw wrongType('hash', 2);
  const name = Object.hasOwn(ALGORITHMS, algorithm) ? ALGORITHMS[algorithm] : undefined;
  const known = Object.keys(ALGORITHMS).join(', ');
  if (name === undefined) throw wrongValue(`Hash algorithm must be one of ${known}, but was: ${algorithm}`);
  return createHash(name).update(text).digest('hex');
}

/** `$base64decode`. Unlike the package, AWS refuses a text that is not Base64. */
export function base64Decode(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  const wrong = NOT_BASE64.exec(text)?.[0];
  if (wrong !== undefined) throw wrongValue(`Illegal base64 character ${wrong.charCodeAt(0).toString(16)}`);
  if (!BASE64.test(text)) throw wrongValue('Input byte array has wrong 4-byte ending unit');
  return Buffer.from(text, 'base64').toString('latin1');
}

const NOT_BASE64 = /[^A-Za-z0-9+/=]/;

/** The value of a JSON text. */
function parse(text: unknown, ...more: readonly unknown[]): unknown {
  refuseExtra('parse', 2, more);
  if (text === undefined) return undefined;
  if (typeof text !== 'string') throw wrongType('parse', 1);
  try {
    return parseJson(text);
  } catch {
    throw wrongValue('Invalid JSON');
  }
}

function random(environment: Environment): unknown {
  return (seed?: unknown, ...more: readonly unknown[]): number => {
    refuseExtra('random', 2, more);
    return seed === undefined ? environment.random() : javaRandom(truncated('random', 1, seed));
  };
}

/** The integer part of a number. */
function truncated(name: string, position: number, value: unknown): number {
  if (typeof value === 'number') return Math.trunc(value);
  throw wrongType(name, position);
}

function refuseExtra(name: string, position: number, more: readonly unknown[]): void {
  if (more.length > 0) throw wrongType(name, position);
}

/** The package makes the messages of its own codes itself, from these fields. */
const wrongType = (token: string, index: number): ExpressionError =>
  Object.assign(new ExpressionError('T0410', 'does not match function signature'), { token, index });
const notAList = (token: string, index: number): ExpressionError =>
  Object.assign(new ExpressionError('T0412', 'must be an array'), { token, index, type: 'any' });

/** D3137 is the code of `$error`, whose message the package does not change. */
const wrongValue = (message: string): ExpressionError => new ExpressionError('D3137', message);
