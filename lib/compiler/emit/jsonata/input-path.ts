import type { ReadPath } from '../../../flow/expression.ts';
import { isObject, type Json } from '../../../protocol/json.ts';
import type { Path, Segment } from '../../../protocol/path.ts';
import { type Jsonata, lookup } from './jsonata.ts';
import { bind, type Local } from './locals.ts';
import { mayBeEscaped, travellingField } from './lookalike.ts';

/**
 * The value at a path of `base`, with the semantics of the flow language; no value where it is missing. A field of a list and
 * an index of a map are missing, whereas `$lookup` alone would map over lists.
 */
export function pathOf(base: Jsonata, read: ReadPath): Jsonata {
  const { further } = read.path;
  const own = ownPathOf(base, read.path);
  if (!further) return own;
  return bind('$stage', own, `$stage = null ? null : ${pathOf('$stage', { ...read, path: further })}`);
}

function ownPathOf(base: Jsonata, path: Path): Jsonata {
  const spelled = path.segments.reduce<Jsonata>(at, base);
  const plain = path.segments.length === 1 && path.segments[0] === path.exact;
  if (path.exact === undefined || plain) return spelled;
  const named = at(base, path.exact);
  return bind('$named', named, `$exists($named) ? $named : ${spelled}`);
}

function at(value: Jsonata, segment: Segment): Jsonata {
  const name: Local = '$at';
  const bound = /^\$[\w.]+$/.test(value) ? value : name;
  const taken =
    typeof segment === 'number'
      ? `$type(${bound}) = "array" ? ${bound}[${segment}]`
      : `$type(${bound}) = "object" ? ${travellingField(bound, segment)}`;
  return bound === value ? `(${taken})` : bind(name, value, taken);
}

/** The value of an input at a path, as short an expression as its schema allows; no value where it is missing. */
export function inputAt(input: Jsonata, schema: Json | undefined, path: ReadPath): Jsonata {
  if (isWhole(path)) return input;
  return isGuaranteed(schema, path) ? lookup(input, String(path.path.segments[0])) : pathOf(input, path);
}

/** Whether a path is the whole value. */
export const isWhole = ({ path }: ReadPath): boolean => path.segments.length === 0 && path.further === undefined;

/** Whether a schema guarantees that a path of one field is present, so that it can be read without a check. */
export function isGuaranteed(schema: Json | undefined, { path }: ReadPath): boolean {
  const [field, ...rest] = path.segments;
  if (path.further) return false;
  if (field === undefined) return true;
  if (typeof field === 'string' && mayBeEscaped(field)) return false;
  if (!isObject(schema) || rest.length > 0 || schema.type !== 'object') return false;
  return Array.isArray(schema.required) && schema.required.includes(field);
}
