import type { QueryLanguage } from '../../asl/state-machine.ts';
import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';
import type { ProblemOptions, Problems } from './definition-error.ts';
import type { JsonPointer } from './json-pointer.ts';
import type { TemplateContext } from './template.ts';

/** The state types whose Output and Assign see `$states.result`. */
const TYPES_WITH_RESULT: ReadonlySet<Json | undefined> = new Set(['Task', 'Parallel', 'Map']);

/** An object in a definition, with its location and the collector of its problems. */
export class Section {
  readonly value: JsonObject;
  readonly pointer: JsonPointer;
  readonly problems: Problems;
  readonly language: QueryLanguage;
  /** The prefix of a field's name in AWS's causes: `` in a state, `Catch[0]/` in a catcher. */
  readonly #prefix: string;

  constructor(value: JsonObject, pointer: JsonPointer, problems: Problems, language: QueryLanguage, prefix = '') {
    this.value = value;
    this.pointer = pointer;
    this.problems = problems;
    this.language = language;
    this.#prefix = prefix;
  }

  has(key: string): boolean {
    return this.value[key] !== undefined;
  }

  /** Reports a problem of the object, or of one of its fields. */
  problem(message: string, key?: string, options?: ProblemOptions): void {
    this.problems.add(key === undefined ? this.pointer : this.pointer.below(key), message, options);
  }

  /** The context of a template in one of the fields. */
  templateContext(key: string): TemplateContext {
    const isOnExit = key === 'Output' || key === 'Assign';
    return {
      field: `${this.#prefix}${key}`,
      pointer: this.pointer.below(key),
      problems: this.problems,
      hasResult: isOnExit && TYPES_WITH_RESULT.has(this.value.Type),
      hasErrorOutput: isOnExit && this.#prefix.startsWith('Catch['),
    };
  }

  /** Reports required fields that are missing; whether there are none. */
  require(...keys: readonly string[]): boolean {
    const missing = keys.filter((key) => !this.has(key));
    if (missing.length > 0) this.problem(`These fields are required: [${missing.join(', ')}]`);
    return missing.length === 0;
  }

  /** Requires exactly one of the fields, or with `optional` at most one. Whether exactly one is present. */
  requireOne(keys: readonly string[], optional: 'optional' | 'required' = 'required'): boolean {
    const count = keys.filter((key) => this.has(key)).length;
    if (count > 1) this.problem(`There should only be one of the following fields: [${keys.join(', ')}]`);
    if (count === 0 && optional === 'required')
      this.problem(`This object should have only one of the following fields: [${keys.join(', ')}]`);
    return count === 1;
  }

  /** Refuses fields that are not among the given ones. */
  allow(keys: ReadonlySet<string>): void {
    for (const key of Object.keys(this.value)) {
      if (!keys.has(key)) this.problem(`Field '${key}' is not supported`, key, { at: this.pointer });
    }
  }

  /** A string, or undefined; anything else is a problem. */
  text(key: string): string | undefined {
    const value = this.value[key];
    if (value === undefined || typeof value === 'string') return value;
    this.problem(expectedType('STRING'), key);
    return undefined;
  }

  /** A string that must be one of the given values. Undefined if it is absent; another value is a problem. */
  oneOf<T extends string>(key: string, values: readonly T[]): T | undefined {
    const text = this.text(key);
    const found = values.find((value) => value === text);
    if (text !== undefined && found === undefined) this.problem(mustBeOneOf(values), key);
    return found;
  }

  /** A number between `minimum` and `maximum`; `fallback` if it is absent or, which is a problem, anything else. */
  number(key: string, fallback: number, minimum = 0, maximum = Number.POSITIVE_INFINITY): number {
    const value = this.value[key];
    if (value === undefined) return fallback;
    if (typeof value !== 'number') this.problem(expectedType('NUMBER'), key);
    else if (value < minimum) this.problem(`Minimum value is ${minimum}`, key);
    else if (value > maximum) this.problem(`Maximum value is ${maximum}`, key);
    else return value;
    return fallback;
  }

  /** A list of strings; empty if it is absent. */
  texts(key: string): readonly string[] {
    const value = this.value[key];
    if (value === undefined) return [];
    if (!Array.isArray(value)) this.problem(expectedType('ARRAY'), key);
    else if (value.every((item) => typeof item === 'string')) return value;
    else this.problem(expectedType('STRING'), key);
    return [];
  }

  /** The object in a field. */
  section(key: string): Section | undefined {
    const value = this.value[key];
    if (value === undefined) return undefined;
    if (isObject(value))
      return new Section(value, this.pointer.below(key), this.problems, this.language, `${this.#prefix}${key}/`);
    this.problem(expectedType('OBJECT'), key);
    return undefined;
  }

  /** The objects in a list; empty if it is absent. */
  sections(key: string): readonly Section[] {
    const value = this.value[key];
    if (value === undefined) return [];
    if (!Array.isArray(value)) this.problem(expectedType('ARRAY'), key);
    return (Array.isArray(value) ? value : []).flatMap((item, index) => this.#item(key, item, index));
  }

  #item(key: string, item: Json, index: number): readonly Section[] {
    const pointer = this.pointer.below(key).below(index);
    if (isObject(item))
      return [new Section(item, pointer, this.problems, this.language, `${this.#prefix}${key}[${index}]/`)];
    this.problems.add(pointer, expectedType('OBJECT'));
    return [];
  }
}

/** AWS's messages for a value of a wrong type, for one that is not among the allowed ones, and for an empty list. */
export const expectedType = (type: 'STRING' | 'NUMBER' | 'BOOLEAN' | 'ARRAY' | 'OBJECT'): string =>
  `Expected value of type [${type}]`;
export const mustBeOneOf = (values: readonly string[]): string =>
  `Value should be one of the following: [${values.join(', ')}]`;
export const EMPTY = 'Value cannot be empty';

/** Whether a value is an empty list. */
export const isEmpty = (value: Json | undefined): boolean => Array.isArray(value) && value.length === 0;

/** JSONata's name of a value's type. */
export function kindOf(value: Json): 'null' | 'array' | 'object' | 'string' | 'number' | 'boolean' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'object';
}
