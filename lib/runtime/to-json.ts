import { formatPath } from '../protocol/describe.ts';
import { FlowError, toFlowError } from '../protocol/errors.ts';
import { DEPTH_LIMIT, type Json } from '../protocol/json.ts';
import type { Segment } from '../protocol/path.ts';
import { lostBy } from './no-json.ts';

/** A place too deep to be shown in full is shown by its first segments. */
const SHOWN_SEGMENTS = 20;

/**
 * A component's result as JSON: undefined fields are left out, undefined items are null, dates become text, and whatever has
 * a `toJSON` is what that gives. Throws COMPONENT_FAILED for a value that JSON does not have, with its place in the result.
 */
export const toJson = (result: unknown, step: string): Json => new Conversion(step).convert(result, '') ?? null;

class Conversion {
  readonly #step: string;
  readonly #at: Segment[] = [];
  /** The objects that contain the one that is being converted. */
  readonly #around = new Set<object>();

  constructor(step: string) {
    this.#step = step;
  }

  /** Undefined for undefined. `key`: as JSON.stringify gives it to `toJSON`. */
  convert(written: unknown, key: string): Json | undefined {
    const value = this.#read(() => plain(written, key));
    switch (typeof value) {
      case 'undefined':
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        if (Number.isFinite(value)) return value === 0 ? 0 : value; // JSON.stringify knows no -0, either
        throw this.#problem(String(value), 'has finite numbers only', 'null or a text');
      case 'bigint':
        throw this.#problem('a BigInt', 'has no such numbers', 'Number(x) or String(x)');
      case 'function':
        throw this.#problem('a function', 'has none', 'what it gives, or leave it out');
      case 'symbol':
        throw this.#problem('a symbol', 'has none', 'a text, or leave it out');
      default:
        return value ? this.#inside(value) : null;
    }
  }

  #inside(value: object): Json {
    if (this.#around.has(value))
      throw this.#problem('an object that contains it', 'has no cycles', 'an id in its place');
    const lost = this.#read(() => lostBy(value));
    if (lost) throw this.#problem(lost.found, lost.json ?? 'has none', lost.instead);
    if (this.#around.size >= DEPTH_LIMIT)
      throw this.#problem('too deep', `has at most ${DEPTH_LIMIT} levels here`, 'flatter data, or a blob');
    this.#around.add(value);
    const json = this.#read(() => Array.isArray(value)) ? this.#list(value as readonly unknown[]) : this.#fields(value);
    this.#around.delete(value);
    return json;
  }

  #list(list: readonly unknown[]): Json[] {
    const length = this.#read(() => list.length);
    // Not map: it leaves holes out.
    return Array.from({ length }, (_, index) => this.#part(list, index) ?? null);
  }

  #fields(value: object): Json {
    const entries = this.#read(() => Object.keys(value)).flatMap((key): [string, Json][] => {
      const json = this.#part(value, key);
      return json === undefined ? [] : [[key, json]];
    });
    return Object.fromEntries(entries);
  }

  #part(whole: object, segment: Segment): Json | undefined {
    this.#at.push(segment);
    const result = this.convert(
      this.#read(() => Reflect.get(whole, segment)),
      String(segment),
    );
    this.#at.pop();
    return result;
  }

  /** What `read` gives: a getter, a `toJSON` or a Proxy of the component may throw. */
  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      const found = `what throws when it is read (${toFlowError(error).message})`;
      throw this.#problem(found, 'has values only', 'what it should give, or leave it out');
    }
  }

  #problem(found: string, json: string, instead: string): FlowError {
    const path = formatPath(this.#at.slice(0, SHOWN_SEGMENTS)) + (this.#at.length > SHOWN_SEGMENTS ? '…' : '');
    const place = `result${path === '' || path.startsWith('[') ? path : `.${path}`}`;
    return new FlowError(
      'COMPONENT_FAILED',
      `step "${this.#step}": ${place} is ${found}: JSON ${json}; return ${instead}`,
    );
  }
}

/** What `toJSON` gives, and the value of an object such as `new Number(1)`. */
function plain(value: unknown, key: string): unknown {
  if (value instanceof Date && Number.isNaN(value.getTime())) return value; // its toJSON would hide it as null
  const given = hasToJson(value) ? value.toJSON(key) : value;
  const isBoxed = given instanceof Number || given instanceof String || given instanceof Boolean;
  return isBoxed ? given.valueOf() : given;
}

const hasToJson = (value: unknown): value is { toJSON(key: string): unknown } =>
  value !== null && value !== undefined && typeof Reflect.get(Object(value), 'toJSON') === 'function';
