import { isObject, type Json } from './json.ts';
import { escapeValue, isReservedKey, travellingKey } from './markers.ts';
import { isOperationText, type Operation, parseOperationText, pathsIn, readsIn } from './operation.ts';

/** A segment of a path: a field's name or a list index. */
export type Segment = string | number;

/**
 * A parsed path. `exact` is the written text of a path without a leading `$`: a field with exactly that name takes
 * precedence over the parsed segments.
 */
export interface Path {
  readonly segments: readonly Segment[];
  readonly exact?: string;
  /** A path into the value of this one; if that value is null, the result is null. Users cannot write one. */
  readonly further?: Path;
  /** What is made of the value, in place of a part of it; no segments then. Users cannot write one. */
  readonly operation?: Operation;
}

/** Why a text is not a path. `offset` is in characters from the start of the text. */
export interface PathError {
  readonly error: string;
  readonly offset: number;
}

const WHOLE: Path = { segments: [] };
const FIELD = /[^.[\]"'`*]+/y;
const INDEX = /\[\s*(\d+)\s*\]/y;
const QUOTED = /\[\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*\]/y;

/** The name in quotes; undefined if it is not written as JSON writes it, which is how double quotes are read. */
function unquote(text: string): string | undefined {
  if (!text.startsWith('"')) return text.slice(1, -1).replace(/\\(.)/g, '$1');
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Parses a path: `id`, `profile.name`, `items[0]`, `a["b.c"]`, and the same after `$.`; `$`, "" and null are the whole value. */
export function parsePath(written: string | null | undefined): Path | PathError {
  const text = (written ?? '').trim();
  if (text === '' || text === '$') return WHOLE;
  const rooted = text.startsWith('$');
  const segments: Segment[] = [];
  let at = rooted ? 1 : 0;
  let afterDot = !rooted;
  while (at < text.length) {
    if (!afterDot && text[at] === '.') {
      at += 1;
      afterDot = true;
      if (at === text.length) return { error: 'the path ends with a dot', offset: at - 1 };
      continue;
    }
    const bracket = matchAt(INDEX, text, at) ?? matchAt(QUOTED, text, at);
    if (bracket && (!afterDot || at === 0)) {
      const [, inner = ''] = bracket;
      const segment = /^\d/.test(inner) ? Number(inner) : unquote(inner);
      if (typeof segment === 'number' && !Number.isSafeInteger(segment))
        return { error: 'the index is larger than any list is long', offset: at };
      if (segment === undefined) return { error: `${inner} is not a name as JSON writes it`, offset: at };
      segments.push(segment);
      at += bracket[0].length;
    } else {
      const field = afterDot ? matchAt(FIELD, text, at) : undefined;
      if (!field) return { error: explain(text, at), offset: at };
      segments.push(field[0].trim());
      at += field[0].length;
    }
    afterDot = false;
  }
  return rooted ? { segments } : { segments, exact: text };
}

/**
 * The text of a path, trimmed, that is also the key of what it reads: see `Slots`. A field of JSONata's own objects is written
 * in brackets: no object may have its name as a key.
 */
export const pathText = (written: string): string => {
  const text = written.trim();
  return isReservedKey(text) ? `$["${text}"]` : text;
};

/** A path as it leads into a travelling value: see `escapeValue`. */
export const travellingPath = ({ segments, exact, further, operation }: Path): Path => ({
  segments: segments.map((segment) => (typeof segment === 'string' ? travellingKey(segment) : segment)),
  ...(exact !== undefined && { exact: travellingKey(exact) }),
  ...(further && { further: travellingPath(further) }),
  ...(operation && { operation: travellingOperation(operation) }),
});

const travellingOperation = ({ operator, operands }: Operation): Operation => ({
  operator,
  operands: operands.map((operand) => {
    if ('at' in operand) return { at: operand.at, path: travellingPath(operand.path) };
    if ('given' in operand) return operand;
    return 'is' in operand ? { is: escapeValue(operand.is) } : travellingOperation(operand);
  }),
});

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | undefined => {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
};

function explain(text: string, at: number): string {
  const rest = text.slice(at);
  if (/^\[\s*-/.test(rest)) return 'a negative index is not allowed';
  if (rest.startsWith('*') || /^\[\s*\*/.test(rest)) return 'a wildcard is not allowed';
  if (at === 1 && text.startsWith('$')) return 'after "$" comes "." or "["';
  if (rest.startsWith('[')) return 'brackets must contain a whole number or a quoted name';
  return `unexpected "${rest[0]}"`;
}

/** The parts between the unquoted `*` of a text. */
const STAGES = /(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^*"'])+/g;

/** Splits what {@link joinPaths} joined, outermost path first. */
export const stagesOf = (text: string): readonly string[] => {
  const stages = text.match(STAGES) ?? [];
  return stages.join('*') === text ? stages : [text];
};

/** The text of path `second` into the value of path `first`; {@link parseJoined} parses it. A user's path has no `*`. */
export const joinPaths = (first: string, second: string): string => `${first}*${second}`;

/** A path's text for messages, quoted; of joined paths each after the one that it is in: `"name" of "profile"`. */
export function namePath(text: string): string {
  if (isOperationText(text)) return nameOperands(operationOf(text));
  const stages = stagesOf(text).filter((stage) => stage !== '$');
  return (stages.length > 0 ? stages : ['$'])
    .map((stage) => `"${stage}"`)
    .reverse()
    .join(' of ');
}

/** Names what an operation reads: `"age" or "limit"`. */
function nameOperands(operation: Operation): string {
  const read = readsIn(operation).map(({ at }) => namePath(at));
  return read.length > 0 ? [...new Set(read)].join(' or ') : `an operand of $${operation.operator}`;
}

/** Parses a path, paths joined by {@link joinPaths}, or what {@link operationText} wrote. */
export function parseJoined(text: string): Path | PathError {
  if (isOperationText(text)) return { segments: [], operation: operationOf(text) };
  const [first = '', ...rest] = stagesOf(text);
  const path = parsePath(first);
  if ('error' in path || rest.length === 0) return path;
  const further = parseJoined(rest.reduce(joinPaths));
  return 'error' in further ? further : { ...path, further };
}

/** The operation of a text that the compiler wrote. */
const operationOf = (text: string): Operation =>
  parseOperationText(text, (own) => {
    const path = parseJoined(own);
    return 'error' in path ? WHOLE : path;
  });

/**
 * The alternatives that a path may resolve to, the parsed segments first: a field with exactly the written name takes
 * precedence over them. Of an operation, those of all paths in it.
 */
export function alternativesOf({ segments, exact, further, operation }: Path): readonly (readonly Segment[])[] {
  if (operation) return pathsIn(operation).flatMap(alternativesOf);
  const own = exact === undefined || segments.length < 2 ? [segments] : [segments, [exact]];
  return further ? own.flatMap((start) => alternativesOf(further).map((rest) => [...start, ...rest])) : own;
}

/** The value at `path`, which is no operation; undefined if there is none. A field of a list and an index of an object are missing. */
export function valueAt(value: Json, path: Path): Json | undefined {
  const here = ownValueAt(value, path);
  return path.further === undefined || here === undefined ? here : resultAt(here, path.further);
}

function ownValueAt(value: Json, path: Path): Json | undefined {
  if (path.exact !== undefined && isObject(value) && Object.hasOwn(value, path.exact)) return value[path.exact];
  let here: Json | undefined = value;
  for (const segment of path.segments) {
    here = step(here, segment);
    if (here === undefined) return undefined;
  }
  return here;
}

function step(value: Json | undefined, segment: Segment): Json | undefined {
  if (typeof segment === 'number') return Array.isArray(value) ? value[segment] : undefined;
  return isObject(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
}

/** {@link valueAt} of a step's result: if the whole result is null, so is any path of it. */
export const resultAt = (result: Json, path: Path): Json | undefined =>
  result === null ? null : valueAt(result, path);
