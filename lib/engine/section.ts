import type { QueryLanguage } from '../asl/state-machine.ts';
import { isObject, type Json, type JsonObject } from '../runtime/json.ts';
import type { Problem } from './failures.ts';
import { escapePointer, type TemplateSite } from './template.ts';

/** An object of a definition, its place, and where its problems are collected. */
export class Section {
  readonly value: JsonObject;
  readonly pointer: string;
  readonly problems: Problem[];
  readonly language: QueryLanguage;
  /** What stands before a field's name in AWS's causes: `` in a state, `Catch[0]/` in a catcher. */
  readonly #prefix: string;

  constructor(value: JsonObject, pointer: string, problems: Problem[], language: QueryLanguage, prefix = '') {
    this.value = value;
    this.pointer = pointer;
    this.problems = problems;
    this.language = language;
    this.#prefix = prefix;
  }

  has(key: string): boolean {
    return this.value[key] !== undefined;
  }

  problem(message: string, key?: string): void {
    this.problems.push({ pointer: key === undefined ? this.pointer : this.pointerTo(key), message });
  }

  pointerTo(key: string): string {
    return `${this.pointer}/${escapePointer(key)}`;
  }

  /** The place of a template in this section. */
  site(key: string): TemplateSite {
    return { field: `${this.#prefix}${key}`, pointer: this.pointerTo(key), problems: this.problems };
  }

  /** A text, or undefined; anything else is a problem. */
  text(key: string): string | undefined {
    const value = this.value[key];
    if (value === undefined || typeof value === 'string') return value;
    this.problem(`found ${kindOf(value)}, wanted a string`, key);
    return undefined;
  }

  /** A number of at least `least`, or `otherwise`. */
  number(key: string, otherwise: number, least = 0): number {
    const value = this.value[key];
    if (value === undefined) return otherwise;
    if (typeof value === 'number' && value >= least) return value;
    this.problem(`found ${JSON.stringify(value)}, wanted a number of at least ${least}`, key);
    return otherwise;
  }

  /** A list of texts; an absent one is empty. */
  texts(key: string): readonly string[] {
    const value = this.value[key];
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    this.problem(`found ${kindOf(value)}, wanted a list of strings`, key);
    return [];
  }

  /** An object below this one. */
  section(key: string): Section | undefined {
    const value = this.value[key];
    if (value === undefined) return undefined;
    if (isObject(value))
      return new Section(value, this.pointerTo(key), this.problems, this.language, `${this.#prefix}${key}/`);
    this.problem(`found ${kindOf(value)}, wanted an object`, key);
    return undefined;
  }

  /** The objects of a list; an absent list is empty. */
  sections(key: string): readonly Section[] {
    const value = this.value[key];
    if (value === undefined) return [];
    if (!Array.isArray(value)) this.problem(`found ${kindOf(value)}, wanted a list of objects`, key);
    return (Array.isArray(value) ? value : []).flatMap((item, index) => this.#item(key, item, index));
  }

  #item(key: string, item: Json, index: number): readonly Section[] {
    const pointer = `${this.pointerTo(key)}/${index}`;
    if (isObject(item))
      return [new Section(item, pointer, this.problems, this.language, `${this.#prefix}${key}[${index}]/`)];
    this.problems.push({ pointer, message: `found ${kindOf(item)}, wanted an object` });
    return [];
  }
}

/** JSONata's name of a value's type. */
export function kindOf(value: Json): 'null' | 'array' | 'object' | 'string' | 'number' | 'boolean' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'object';
}
