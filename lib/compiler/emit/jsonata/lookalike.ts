import { isReservedKey, travellingKey } from '../../../protocol/markers.ts';
import { all, any, block, choose, FALSE, type Jsonata, jsonata, lookup, not, object, quote } from './jsonata.ts';
import { bind } from './locals.ts';
import { regex } from './syntax.ts';

/** The keys by which an object may look like a marker. */
const MARKER_KEY = /^\$+(?:blob|missing|fault|operation|skipped|secret|link|part)$/;

type Entries = readonly (readonly [string, Jsonata])[];

/**
 * A map in JSONata. A map with the keys of a marker is one or not depending on its values at run time; if it looks like one,
 * it is escaped like any value of the user: see lib/protocol/markers.ts.
 */
export function mapOf(entries: Entries): Jsonata {
  const lookalike = lookalikeOf(entries);
  if (!lookalike) return object(entries.map(([key, value]) => [travellingKey(key), value]));
  const [key, looks] = lookalike;
  const escaped = object(entries.map(([own]) => [own === key ? `$${own}` : own, lookup('$value', own)]));
  return bind('$value', object(entries), choose(looks, escaped, '$value'));
}

/** Whether the field `key` may travel through a state machine under another key: see {@link travellingField}. */
export const mayBeEscaped = (key: string): boolean => MARKER_KEY.test(key) || isReservedKey(key);

/**
 * The field `key` of an object of the user, as it travels; no value where it is missing. An object that looks like a marker
 * by that key has one more `$` in front of it.
 */
export function travellingField(value: Jsonata, key: string): Jsonata {
  if (!mayBeEscaped(key)) return lookup(value, key);
  const escaped = `$${key}`;
  if (isReservedKey(key)) return reservedField(value, key, escaped);
  const own = jsonata`${not(looksBy(key))} ? ${lookup('$value', key)}`;
  return bind('$value', value, jsonata`${looksBy(escaped)} ? ${lookup('$value', escaped)} : ${own}`);
}

/** In the input of an execution that was started directly, a key is as the user wrote it. */
function reservedField(value: Jsonata, key: string, escaped: string): Jsonata {
  if (key.startsWith('$')) return lookup(value, escaped);
  const direct = lookup('$value', key);
  return bind(
    '$value',
    value,
    jsonata`$exists(${lookup('$value', escaped)}) ? ${lookup('$value', escaped)} : ${direct}`,
  );
}

/** Whether `$value` looks like a marker by `key`. */
function looksBy(key: string): Jsonata {
  if (key.endsWith('blob')) return all([jsonata`$count($keys($value)) = 3`, isBlob(key)]);
  return all([jsonata`$count($keys($value)) = 1`, isOfType(key, typeBeside(key))]);
}

/** Whether a map may look like a marker when the flow runs. */
export const mayLookAlike = (keys: readonly string[]): boolean =>
  lookalikeOf(keys.map((key) => [key, FALSE])) !== undefined;

/** The key by which a map may look like a marker, and the condition under which it does. */
function lookalikeOf(entries: Entries): readonly [string, Jsonata] | undefined {
  const key = entries.map(([own]) => own).find((own) => MARKER_KEY.test(own));
  if (key === undefined) return undefined;
  if (entries.length === 1 && !key.endsWith('blob')) return [key, isOfType(key, typeBeside(key))];
  const blob = entries.length === 3 && key.endsWith('blob') && entries.some(([own]) => own === 'blobType');
  return blob && entries.some(([own]) => own === 'size') ? [key, isBlob(key)] : undefined;
}

/** The type of the value of a marker that has only this key, as JSONata names it. */
function typeBeside(key: string): string {
  if (key.endsWith('operation')) return 'array';
  return key.endsWith('skipped') ? 'boolean' : 'string';
}

const isOfType = (key: string, type: string): Jsonata => jsonata`$type(${lookup('$value', key)}) = ${quote(type)}`;

function isBlob(key: string): Jsonata {
  const types = all([isOfType(key, 'string'), isOfType('blobType', 'string'), isOfType('size', 'number')]);
  return jsonata`(${types} ? $contains(${lookup('$value', key)}, /^[0-9a-f]{64}$/) : false)`;
}

/** The text of the marker of a spilled value, as a regular expression: see `spilled`. */
const MARKER = String.raw`\x7b\x22\x24blob\x22:\x22[0-9a-f]{64}\x22,\x22blobType\x22:\x22[a-z0-9 ]+\x22,\x22size\x22:[0-9]+\x7d`;

/** The text of a value that was spilled, or of which something was set aside, or all is beside its parts: see `spillInput`. */
const SET_ASIDE = regex(String.raw`(?:^|,|\x22\x24rest\x22:|\x22\x24whole\x22:)${MARKER}(?:[\x7d\x5d]|\x7d\x5d)?$`);

/** An expression in which {@link isSetAside} may be asked of values, and {@link hasSpilledPart}. */
export const amongSpilled = (body: Jsonata): Jsonata =>
  block([jsonata`$spilled := ${regex(MARKER)}`, jsonata`$setaside := ${SET_ASIDE}`, body]);

/** Whether a value was spilled, or something of it was set aside. */
export const isSetAside = (value: Jsonata): Jsonata =>
  jsonata`($type(${value}) in ["object", "array"] ? $contains($string(${value}), $setaside) : false)`;

/** The same as {@link hasSpilledPart} where it is asked once: of any value, whether it or a part of it was spilled. */
export const isSpilledWithin = (value: Jsonata): Jsonata =>
  jsonata`($type(${value}) in ["object", "array"] ? $contains($string(${value}), ${regex(MARKER)}) : false)`;

/** Whether a value is the marker of one that was spilled. */
export const isWholeSpilled = (value: Jsonata): Jsonata => isOfMarker(value, '$blob');

/** Whether a value is the marker with that key. */
export const isOfMarker = (value: Jsonata, key: string): Jsonata =>
  jsonata`($type(${value}) = "object" ? $exists(${lookup(value, key)}) : false)`;

/** Whether any part of a value was spilled. */
export const hasSpilledPart = (value: Jsonata): Jsonata => jsonata`$contains($string(${value}), $spilled)`;

/** A key, in JSON, by which an object may look like a marker, or that JSONata would not take as one. */
const reservedInJson = (): Jsonata =>
  regex(
    String.raw`[\x7b,]\x22(?:${MARKER_KEY.source.slice(1, -1)}|\$*(?:__proto__|_jsonata_lambda|_jsonata_function))\x22:`,
  );

/**
 * Whether any object in a value has a key that a user's object may only have where it is escaped: see lib/protocol/markers.ts.
 * JSONata takes an object with another key for a function, of which `$string` writes nothing.
 */
export const hasReservedKey = (value: Jsonata): Jsonata =>
  any([jsonata`"function" in $map(${value}.**, $type)`, jsonata`$contains($string(${value}), ${reservedInJson()})`]);

/** The keys under which a user's field may travel. */
export const travellingKeys = (key: string): readonly string[] => (mayBeEscaped(key) ? [key, `$${key}`] : [key]);
