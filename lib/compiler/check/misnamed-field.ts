import type { Span } from '../../diagnostics/diagnostics.ts';
import type { Expression } from '../../flow/expression.ts';
import { plainKey } from '../../flow/text/fields.ts';
import { Suggestions } from '../../flow/text/nearest.ts';

/** What fields that built-in components require are often called elsewhere, without `_` and `-`. */
const USUAL: { readonly [required: string]: readonly string[] } = {
  blob_id: ['id', 'blob', 'hash'],
  data: ['input', 'value', 'from', 'source', 'content', 'object'],
  duration_ms: ['seconds', 'duration', 'durations', 'ms', 'milliseconds', 'time', 'delay', 'wait', 'timeout'],
  fields: ['paths', 'keys'],
  initial_input: ['initial', 'input', 'initialvalue', 'initialstate', 'start', 'state', 'init', 'seed', 'first'],
  items: ['input', 'inputs', 'list', 'item', 'array', 'over', 'each', 'values', 'data', 'collection'],
  key: ['cachekey', 'id', 'name'],
  path: ['file', 'filename', 'filepath', 'uri', 'url', 'source', 'key', 'field', 'location', 'select'],
  url: ['uri', 'href', 'endpoint', 'address', 'link', 'path'],
  user_prompt: ['prompt', 'user', 'message', 'text', 'content', 'input', 'question'],
  value: ['data', 'content', 'input'],
};

/** A field that is written, and the place of its name. */
interface Misnamed {
  readonly key: string;
  readonly span: Span;
}

/** The field of an input that is meant as one that a built-in component requires and that is not there. `known`: all its fields. */
export function misnamedField(input: Expression, required: string, known: readonly string[]): Misnamed | undefined {
  const entries = input.kind === 'map' || input.kind === 'literal' ? (input.entries ?? []) : [];
  const others = entries.filter(({ key }) => !known.includes(key));
  const usual = USUAL[required] ?? [];
  const suggestions = new Suggestions([required]);
  const found =
    others.find(({ key }) => suggestions.nearest(key)) ??
    usual.flatMap((name) => others.filter(({ key }) => plainKey(key) === name))[0];
  return found && { key: found.key, span: found.keySpan };
}
