import { extname } from 'node:path';
import { FlowError, type Json } from '../../lib/runtime/index.ts';

/** What a file may hold. */
export const FORMATS = ['json', 'yaml', 'csv', 'text'] as const;

/** One of {@link FORMATS}. */
export type Format = (typeof FORMATS)[number];

const BY_ENDING: { readonly [ending: string]: Format } = {
  '.json': 'json',
  '.yaml': 'yaml',
  '.yml': 'yaml',
  '.csv': 'csv',
  '.tsv': 'csv',
};

/** The format that a path's ending stands for; any other is text. */
export const formatOf = (path: string): Format => BY_ENDING[extname(path).toLowerCase()] ?? 'text';

/** The value that a file holds. What is not of its format is INVALID_INPUT, with what is wrong. */
export async function parseAs(format: Format, bytes: Uint8Array, path: string): Promise<Json> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return await PARSERS[format](text, path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new FlowError('INVALID_INPUT', `"${path}" is not read as ${format}: ${why}`, { cause: error });
  }
}

// The parsers of other packages are loaded when first needed: most files need none of them.
const PARSERS: { readonly [F in Format]: (text: string, path: string) => Json | Promise<Json> } = {
  json: (text) => JSON.parse(text),
  yaml: async (text) => (await import('../../lib/run/read-yaml.ts')).readYaml(text),
  csv: (text, path) => tableOf(text, path.toLowerCase().endsWith('.tsv') ? '\t' : ','),
  text: (text) => text,
};

/** A map for each line after the first, which names the columns. */
async function tableOf(text: string, delimiter: string): Promise<Json> {
  const { readCsv } = await import('../_shared/csv.ts');
  const [head, ...body] = readCsv(text, delimiter);
  if (!head) return [];
  const twice = head.cells.find((name, at) => head.cells.indexOf(name) !== at);
  if (twice !== undefined) throw new Error(`two columns have the name "${twice}"`);
  return body.map(({ line, cells }) => {
    if (cells.length !== head.cells.length)
      throw new Error(`line ${line} has ${cells.length} cells, but the first line names ${head.cells.length} columns`);
    return Object.fromEntries(head.cells.map((name, at) => [name, cells[at] ?? '']));
  });
}
