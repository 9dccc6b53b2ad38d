import type { QueryLanguage } from '../../asl/state-machine.ts';
import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';
import type { ProblemOptions, Problems } from './definition-error.ts';
import type { JsonPointer } from './json-pointer.ts';
import type { TemplateContext } from './template.ts';

/** The states whose work gives a result, which their Output and Assign see. */
const WITH_RESULT: ReadonlySet<Json | undefined> = new Set(['Task', 'Parallel', 'Map']);

/** An object of a definition, its pointer, and where its problems are collected. */
export class Section {
  readonly value: JsonObject;
  readonly pointer: JsonPointer;
  readonly problems: Problems;
  readonly language: QueryLanguage;
  /** What stands before a field's name in AWS's causes: `` in a state, `Catch[0]/` in a catcher. */
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

  /** Notes a problem of the object, or of one of its fields. */
  problem(message: string, key?: string, options?: ProblemOptions): void {
    this.problems.add(key === undefined ? this.pointer : this.pointer.below(key), message, options);
  }

  /** The place of a template in this section. */
  templateContext(key: string): TemplateContext {
    const leaves = key === 'Output' || key === 'Assign';
    return {
      field: `${this.#prefix}${key}`,
      pointer: this.pointer.below(key),
      problems: this.problems,
      hasResult: leaves && WITH_RESULT.has(this.value.Type),
      hasErrorOutput: leaves && this.#prefix.startsWith('Catch['),
    };
  }

  /** Fields that must be there. */
  require(...keys: readonly string[]): boolean {
    const missing = keys.filter((key) => !this.has(key));
    if (missing.length > 0) this.problem(`These fields are required: [${missing.join(', ')}]`);
    return missing.length === 0;
  }

  /** Fields of which exactly one must be there, or with `optional` at most one. */
  requireOne(keys: readonly string[], optional: 'optional' | 'required' = 'required'): boolean {
    const found = keys.filter((key) => this.has(key)).length;
    if (found > 1) this.problem(`There should only be one of the following fields: [${keys.join(', ')}]`);
    if (found === 0 && optional === 'required')
      this.problem(`This object should have only one of the following fields: [${keys.join(', ')}]`);
    return found === 1;
  }

  /** Refuses fields that are not in a list. */
  allow(keys: ReadonlySet<string>): void {
    for (const key of Object.keys(this.value)) {
      if (!keys.has(key)) this.problem(`Field '${key}' is not supported`, key, { at: this.pointer });
    }
  }

  /** A text, or undefined; anything else is a problem. */
  text(key: string): string | undefined {
    const value = this.value[key];
    if (value === undefined || typeof value === 'string') return value;
    this.problem(expectedType('STRING'), key);
    return undefined;
  }

  /** A text that must be one of a few; undefined where it is absent or, which is a problem, another one. */
  oneOf<T extends string>(key: string, values: readonly T[]): T | undefined {
    const text = this.text(key);
    const found = values.find((value) => value === text);
    if (text !== undefined && found === undefined) this.problem(mustBeOneOf(values), key);
    return found;
  }

  /** A number between `least` and `most`, or `otherwise`. */
  number(key: string, otherwise: number, least = 0, most = Number.POSITIVE_INFINITY): number {
    const value = this.value[key];
    if (value === undefined) return otherwise;
    if (typeof value !== 'number') this.problem(expectedType('NUMBER'), key);
    else if (value < least) this.problem(`Minimum value is ${least}`, key);
    else if (value > most) this.problem(`Maximum value is ${most}`, key);
    else return value;
    return otherwise;
  }

  /** A list of texts; an absent one is empty. */
  texts(key: string): readonly string[] {
    const value = this.value[key];
    if (value === undefined) return [];
    if (!Array.isArray(value)) this.problem(expectedType('ARRAY'), key);
    else if (value.every((item) => typeof item === 'string')) return value;
    else this.problem(expectedType('STRING'), key);
    return [];
  }

  /** An object below this one. */
  section(key: string): Section | undefined {
    const value = this.value[key];
    if (value === undefined) return undefined;
    if (isObject(value))
      return new Section(value, this.pointer.below(key), this.problems, this.language, `${this.#prefix}${key}/`);
    this.problem(expectedType('OBJECT'), key);
    return undefined;
  }

  /** The objects of a list; an absent list is empty. */
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

/** AWS's words for a value of a wrong type, and for one that is not in a list. */
export const expectedType = (type: 'STRING' | 'NUMBER' | 'BOOLEAN' | 'ARRAY' | 'OBJECT'): string =>
  `Expected value of type [${type}]`;
export const mustBeOneOf = (values: readonly string[]): string =>
  `Value should be one of the following: [${values.join(', ')}]`;
export const EMPTY = 'Value cannot be empty';

/** Whether a value is a list without items. */
export const isEmpty = (value: Json | undefined): boolean => Array.isArray(value) && value.length === 0;

/** JSONata's name of a value's type. */
export function kindOf(value: Json): 'null' | 'array' | 'object' | 'string' | 'number' | 'boolean' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'object';
}
