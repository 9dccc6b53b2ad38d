import { createHash } from 'node:crypto';
import jsonata from 'jsonata';
import { uuidFrom } from '../uuid.ts';
import { type Environment, ExpressionError } from './expression.ts';

/**
 * The functions that AWS adds to JSONata, and those of JSONata that must follow the run's clock and random numbers.
 * Source: "Functions provided by Step Functions", AWS Step Functions developer guide.
 */
const ADDED: Readonly<Record<string, (environment: Environment) => unknown>> = {
  partition: () => partition,
  range: () => range,
  hash: () => hash,
  parse: () => parse,
  uuid: (environment) => () => uuidFrom(environment.random),
  random: (environment) => (seed?: unknown) =>
    seed === undefined ? environment.random() : seeded(number('random', 1, seed)),
  millis: (environment) => () => environment.clock.now(),
  now: nowAt,
};

/** The function of a name, bound to the run; undefined where AWS adds none of that name. */
export const addedFunction = (name: string, environment: Environment): unknown =>
  Object.hasOwn(ADDED, name) ? ADDED[name]?.(environment) : undefined;

const written = jsonata('$fromMillis($at, $picture, $zone)');

/** `$now()` of the run's clock, written as the package writes times. */
function nowAt(environment: Environment): unknown {
  return (picture?: unknown, zone?: unknown) =>
    written.evaluate(undefined, { at: environment.clock.now(), picture, zone });
}

/** Cuts a list into lists of `size` items; the last may have fewer. A size with a fraction is rounded down. */
function partition(list: unknown, size: unknown): unknown {
  if (list === undefined || size === undefined) return undefined;
  const step = Math.floor(number('partition', 2, size));
  if (step < 1) throw wrongValue('partition', 2, 'must be a positive number');
  const items = Array.isArray(list) ? list : [list];
  return Array.from({ length: Math.ceil(items.length / step) }, (_, index) =>
    items.slice(index * step, (index + 1) * step),
  );
}

/** The numbers from `first` to `last`, both included, by `step`. */
function range(first: unknown, last: unknown, step: unknown): unknown {
  if (first === undefined || last === undefined || step === undefined) return undefined;
  const from = number('range', 1, first);
  const by = number('range', 3, step);
  if (by === 0) throw wrongValue('range', 3, 'must not be zero');
  const length = Math.floor((number('range', 2, last) - from) / by) + 1;
  return Array.from({ length: Math.max(length, 0) }, (_, index) => from + index * by);
}

const ALGORITHMS: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** The hash of a text in hexadecimal digits. */
function hash(text: unknown, algorithm: unknown): unknown {
  if (text === undefined) return undefined;
  const name = typeof algorithm === 'string' ? ALGORITHMS[algorithm] : undefined;
  if (name === undefined) throw wrongValue('hash', 2, `must be one of ${Object.keys(ALGORITHMS).join(', ')}`);
  return createHash(name)
    .update(typeof text === 'string' ? text : JSON.stringify(text))
    .digest('hex');
}

/** The value of a JSON text. */
function parse(text: unknown): unknown {
  if (text === undefined) return undefined;
  if (typeof text !== 'string') throw wrongType('parse', 1);
  try {
    return JSON.parse(text);
  } catch {
    throw wrongValue('parse', 1, 'is not valid JSON');
  }
}

/** A number in [0, 1) that depends on the seed only: one round of mulberry32. */
function seeded(seed: number): number {
  let bits = (Math.trunc(seed) + 0x6d2b79f5) | 0;
  bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
  bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
  return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
}

function number(name: string, position: number, value: unknown): number {
  if (typeof value === 'number') return value;
  throw wrongType(name, position);
}

/** The package writes the message of its own codes itself, from these fields. */
const wrongType = (token: string, index: number): ExpressionError =>
  Object.assign(new ExpressionError('T0410', 'does not match function signature'), { token, index });

/** D3137 is the code of `$error`, whose message stays as it is. */
const wrongValue = (name: string, position: number, wanted: string): ExpressionError =>
  new ExpressionError('D3137', `Argument ${position} of function "${name}" ${wanted}`);
