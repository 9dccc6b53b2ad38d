import type { Section } from '../../../definition/section.ts';
import { recordsOf } from './csv-records.ts';
import { type FileReader, itemReaderFailed } from './file-reader.ts';
import { textOf } from './text.ts';

const DELIMITERS: Readonly<Record<string, string>> = { COMMA: ',', PIPE: '|', SEMICOLON: ';', SPACE: ' ', TAB: '\t' };

/**
 * Compiles a reader of text delimited files: a record is an item, an object of strings by the headers. Missing fields are
 * empty, and surplus fields are left out.
 * Source: "ItemReader (Map)", AWS Step Functions developer guide.
 */
export function compileCsv(config: Section): FileReader {
  const location = config.oneOf('CSVHeaderLocation', ['FIRST_ROW', 'GIVEN']);
  const givenHeaders = location === 'GIVEN' ? config.texts('CSVHeaders') : undefined;
  if (!config.has('CSVHeaderLocation'))
    config.problem("The field 'CSVHeaderLocation' is required", 'CSVHeaderLocation', { at: config.pointer });
  if (givenHeaders?.length === 0)
    config.problem('These fields are required: [CSVHeaders]', 'CSVHeaders', { at: config.pointer });
  const delimiter = DELIMITERS[config.oneOf('CSVDelimiter', Object.keys(DELIMITERS)) ?? 'COMMA'] ?? ',';
  return async function* read(bytes, source) {
    let headers = givenHeaders && requireDistinct(givenHeaders);
    for await (const record of recordsOf(textOf(bytes), delimiter)) {
      if (headers) yield { value: Object.fromEntries(headers.map((name, at) => [name, record[at] ?? ''])), source };
      else headers = requireDistinct(record);
    }
  };
}

function requireDistinct(headers: readonly string[]): readonly string[] {
  if (new Set(headers).size === headers.length) return headers;
  throw itemReaderFailed('CSV headers cannot contain duplicates.');
}
