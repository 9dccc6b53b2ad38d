import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';
import type { Problems } from '../definition/definition-error.ts';
import type { JsonPointer } from '../definition/json-pointer.ts';
import type { Section } from '../definition/section.ts';
import { FieldError } from '../execution/failures.ts';
import type { Environment } from '../jsonata/expression.ts';

/** A reference path: where it starts (the input, the context object, a variable) and its steps. */
export interface ReferencePath {
  readonly text: string;
  readonly root: 'input' | 'context' | { readonly variable: string };
  readonly segments: readonly (string | number)[];
}

const ROOT = /^\$(\$|[A-Za-z_]\w*)?/;
const SEGMENT = /\.([^.[\]]+)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/y;

/** Reads a reference path; undefined for a text that is none, such as one with a wildcard, a filter or a function. */
export function parseReferencePath(text: string): ReferencePath | undefined {
  const root = ROOT.exec(text);
  if (root === null) return undefined;
  const segments: (string | number)[] = [];
  for (let at = root[0].length; at < text.length; at = SEGMENT.lastIndex) {
    SEGMENT.lastIndex = at;
    const match = SEGMENT.exec(text);
    const name = match?.[1] ?? match?.[3] ?? match?.[4];
    if (match === null || name === '*') return undefined;
    segments.push(name ?? Number(match[2]));
  }
  return { text, root: rootOf(root[1]), segments };
}

const rootOf = (name: string | undefined): ReferencePath['root'] =>
  name === undefined ? 'input' : name === '$' ? 'context' : { variable: name };

/** The value at a path, or undefined. `input` is what `$` stands for. */
export function resolve(path: ReferencePath, input: Json, environment: Environment): Json | undefined {
  let here: Json | undefined = input;
  if (path.root === 'context') here = environment.states.context;
  else if (path.root !== 'input') here = environment.variable(path.root.variable);
  for (const segment of path.segments) {
    if (typeof segment === 'number') here = Array.isArray(here) ? here[segment] : undefined;
    else here = here !== undefined && isObject(here) && Object.hasOwn(here, segment) ? here[segment] : undefined;
  }
  return here;
}

/** Notes a path that AWS would take. */
export function reportUnsupported(problems: Problems, pointer: JsonPointer, text: string): void {
  const message = `'${text}' is more than a reference path such as '$.a.b[0]'`;
  const help = 'intrinsic functions, wildcards and filters run on AWS only; write the state in JSONata to run it here';
  problems.add(pointer, message, { code: 'NOT_SUPPORTED_HERE', help });
}

/** The path in a field; undefined where there is none, or where it is wrong, which becomes a problem of the definition. */
export function compileReference(
  section: Section,
  key: string,
  wrong = 'Value must be a valid JSONPath.',
): ReferencePath | undefined {
  const text = section.text(key);
  const path = text === undefined ? undefined : parseReferencePath(text);
  if (text === undefined || path !== undefined) return path;
  if (text.startsWith('$') || text.startsWith('States.'))
    reportUnsupported(section.problems, section.pointer.below(key), text);
  else section.problem(wrong, key);
  return undefined;
}

/** The value at a path. Fails with States.Runtime where there is none. */
export function requireValue(path: ReferencePath, input: Json, environment: Environment, field: string): Json {
  const value = resolve(path, input, environment);
  if (value !== undefined) return value;
  const what = `The JSONPath '${path.text}' specified for the field '${field}' could not be found in the input '${JSON.stringify(input)}'`;
  throw new FieldError('States.Runtime', what, field);
}

/** A copy of `input` in which the place at `path` holds `value`: what ResultPath does. */
export function withValueAt(input: Json, segments: ReferencePath['segments'], value: Json): Json {
  const [first, ...rest] = segments;
  if (first === undefined) return value;
  if (typeof first === 'number') {
    const list = Array.isArray(input) ? [...input] : [];
    list[first] = withValueAt(list[first] ?? {}, rest, value);
    return list;
  }
  const object: JsonObject = isObject(input) ? input : {};
  return { ...object, [first]: withValueAt(object[first] ?? {}, rest, value) };
}
