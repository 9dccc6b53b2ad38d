import { isObject, type Json } from '../../../../protocol/json.ts';
import type { Section } from '../../../definition/section.ts';
import { parseJson } from '../../../execution/depth.ts';
import { itemsOf } from '../item.ts';
import { type FileReader, itemReaderFailed } from './file-reader.ts';
import { linesOf, textOf, wholeText } from './text.ts';

/** Compiles a reader of JSON files: its items are those of a list, or the fields of an object, at ItemsPointer or at the root. */
export function compileJson(config: Section): FileReader {
  const pointer = config.text('ItemsPointer') ?? '';
  if (pointer !== '' && !pointer.startsWith('/'))
    config.problem(`found '${pointer}', wanted a JSON pointer such as '/a/b'`, 'ItemsPointer');
  return async function* read(bytes, source) {
    const value = valueAt(parse(await wholeText(bytes), 'The file'), pointer);
    // AWS's message, recorded for a file that does not contain a list.
    if (typeof value !== 'object' || value === null)
      throw itemReaderFailed('Attempting to map over non-iterable node.');
    yield* itemsOf(value, source);
  };
}

/** Reads a file of JSON lines: a line is an item. Empty lines are skipped. */
export const jsonLines: FileReader = async function* read(bytes, source) {
  let number = 0;
  for await (const line of linesOf(textOf(bytes))) {
    number += 1;
    if (line.trim() !== '') yield { value: parse(line, `Line ${number}`), source };
  }
};

function parse(text: string, what: string): Json {
  try {
    return parseJson(text);
  } catch (thrown) {
    throw itemReaderFailed(`${what} is not valid JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

/** The value at a JSON pointer. Source: RFC 6901. */
function valueAt(value: Json, pointer: string): Json | undefined {
  let current: Json | undefined = value;
  for (const segment of pointer.split('/').slice(1)) {
    const key = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(current)) current = /^(?:0|[1-9]\d*)$/.test(key) ? current[Number(key)] : undefined;
    else current = current !== undefined && isObject(current) && Object.hasOwn(current, key) ? current[key] : undefined;
  }
  return current;
}
