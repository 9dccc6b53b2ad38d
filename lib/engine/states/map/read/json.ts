import { isObject, type Json } from '../../../../protocol/json.ts';
import type { Section } from '../../../definition/section.ts';
import { itemsOf } from '../item.ts';
import { type FileReader, itemReaderFailed } from './file-reader.ts';
import { linesOf, textOf, wholeText } from './text.ts';

/** Compiles how a JSON file is read: the items of a list, or the fields of an object, at ItemsPointer or as a whole. */
export function compileJson(config: Section): FileReader {
  const pointer = config.text('ItemsPointer') ?? '';
  if (pointer !== '' && !pointer.startsWith('/'))
    config.problem(`found '${pointer}', wanted a JSON pointer such as '/a/b'`, 'ItemsPointer');
  return async function* read(bytes, source) {
    const value = at(parse(await wholeText(bytes), 'The file'), pointer);
    // AWS's words, recorded for a file that holds no list.
    if (typeof value !== 'object' || value === null)
      throw itemReaderFailed('Attempting to map over non-iterable node.');
    yield* itemsOf(value, source);
  };
}

/** Reads a file of JSON lines: a line is an item. Empty lines are none. */
export const jsonLines: FileReader = async function* read(bytes, source) {
  let number = 0;
  for await (const line of linesOf(textOf(bytes))) {
    number += 1;
    if (line.trim() !== '') yield { value: parse(line, `Line ${number}`), source };
  }
};

function parse(text: string, what: string): Json {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw itemReaderFailed(`${what} is no JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

/** The value at a JSON pointer. Source: RFC 6901. */
function at(value: Json, pointer: string): Json | undefined {
  let here: Json | undefined = value;
  for (const segment of pointer.split('/').slice(1)) {
    const key = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(here)) here = /^(?:0|[1-9]\d*)$/.test(key) ? here[Number(key)] : undefined;
    else here = here !== undefined && isObject(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  }
  return here;
}
