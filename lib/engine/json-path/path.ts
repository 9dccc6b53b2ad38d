import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';
import type { Problems } from '../definition/definition-error.ts';
import type { JsonPointer } from '../definition/json-pointer.ts';
import type { Section } from '../definition/section.ts';
import { FieldError } from '../execution/failures.ts';
import type { Environment } from '../jsonata/expression.ts';

/** A reference path: its root (the input, the context object, a variable) and the segments after it. */
export interface ReferencePath {
  readonly text: string;
  readonly root: 'input' | 'context' | { readonly variable: string };
  readonly segments: readonly (string | number)[];
}

const ROOT = /^\$(\$|[A-Za-z_]\w*)?/;
const SEGMENT = /\.([^.[\]]+)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/y;

/** Parses a reference path; undefined for any other text, such as one with a wildcard, a filter or a function. */
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

/** The value at a path, or undefined. `input`: the value of `$`. */
export function resolve(path: ReferencePath, input: Json, environment: Environment): Json | undefined {
  let value: Json | undefined = input;
  if (path.root === 'context') value = environment.states.context;
  else if (path.root !== 'input') value = environment.variable(path.root.variable);
  for (const segment of path.segments) {
    if (typeof segment === 'number') value = Array.isArray(value) ? value[segment] : undefined;
    else value = value !== undefined && isObject(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
  }
  return value;
}

/** Reports a path that is valid on AWS but not supported here. */
export function reportUnsupported(problems: Problems, pointer: JsonPointer, text: string): void {
  const message = `'${text}' is more than a reference path such as '$.a.b[0]'`;
  const help =
    'intrinsic functions, wildcards and filters are only supported on AWS; write the state in JSONata to run it here';
  problems.add(pointer, message, { code: 'NOT_SUPPORTED_HERE', help });
}

/** The path in a field. Undefined if the field is absent or, which is reported as a problem, is not a path. */
export function compileReference(
  section: Section,
  key: string,
  message = 'Value must be a valid JSONPath.',
): ReferencePath | undefined {
  const text = section.text(key);
  const path = text === undefined ? undefined : parseReferencePath(text);
  if (text === undefined || path !== undefined) return path;
  if (text.startsWith('$') || text.startsWith('States.'))
    reportUnsupported(section.problems, section.pointer.below(key), text);
  else section.problem(message, key);
  return undefined;
}

/** The value at a path. Fails with States.Runtime if there is none. */
export function requireValue(path: ReferencePath, input: Json, environment: Environment, field: string): Json {
  const value = resolve(path, input, environment);
  if (value !== undefined) return value;
  const what = `The JSONPath '${path.text}' specified for the field '${field}' could not be found in the input '${JSON.stringify(input)}'`;
  throw new FieldError('States.Runtime', what, field);
}

/** A copy of `input` with `value` at the path, as ResultPath inserts a result. */
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
