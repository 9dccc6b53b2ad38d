import { isObject, type Json } from '../../protocol/json.ts';
import type { Section } from '../definition/section.ts';
import { FieldError } from '../execution/failures.ts';
import { compilePath } from './path.ts';
import type { Path } from './path-steps.ts';

/** Combines a state's input with its result. */
type Combine = (input: Json, result: Json) => Json;

const replace: Combine = (_, result) => result;

const NOT_A_REFERENCE = 'Value is not a Reference Path';

/** Compiles ResultPath: where the result is inserted into the state's input; null discards the result. */
export function compileResultPath(section: Section): Combine {
  if (section.value.ResultPath === undefined) return replace;
  if (section.value.ResultPath === null) return (input) => input;
  const path = compilePath(section, 'ResultPath', NOT_A_REFERENCE);
  if (path === undefined) return replace;
  const { reference } = path;
  if (reference === undefined || path.root !== 'input') {
    section.problem(NOT_A_REFERENCE, 'ResultPath', { help: 'write a path to one field of the input, as $.a.b' });
    return replace;
  }
  return (input, result) => withValueAt(input, reference, result) ?? fail(path, input);
}

function fail({ text }: Path, input: Json): never {
  const what = `Unable to apply ReferencePath ${text} to input ${JSON.stringify(input)}`;
  throw new FieldError('States.ReferencePathConflict', what, 'ResultPath');
}

/** A copy of `input` with `value` at a path; undefined if the path leads through a value that has no such part. */
function withValueAt(input: Json | undefined, path: readonly (string | number)[], value: Json): Json | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (typeof first === 'number') {
    const part = Array.isArray(input) && first in input ? withValueAt(input[first], rest, value) : undefined;
    return part === undefined || !Array.isArray(input) ? undefined : input.with(first, part);
  }
  if (input !== undefined && !isObject(input)) return undefined;
  const object = input ?? {};
  const part = withValueAt(Object.hasOwn(object, first) ? object[first] : undefined, rest, value);
  // Not by an assignment: one to `__proto__` would change the prototype.
  return part === undefined ? undefined : Object.fromEntries([...Object.entries(object), [first, part]]);
}
