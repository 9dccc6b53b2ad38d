import { CsvError, parse } from 'csv-parse/sync';
import { FlowError } from '../../lib/runtime/index.ts';

/** A record of a CSV text and the line that it begins on, from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A record as the parser gives it with the option `raw`, which the package's types do not know of. */
interface RawRecord {
  readonly record: readonly string[];
  readonly raw: string;
}

/**
 * Takes a CSV text apart as RFC 4180 has it. Bare cells lose the blanks around them, empty lines are left out, records
 * may have any number of cells. A stray quote is INVALID_INPUT, with the line that its record begins on.
 */
export function readCsv(text: string, delimiter: string): readonly CsvRecord[] {
  const records: CsvRecord[] = [];
  // The parser's own count of lines takes the break of a quoted cell for two where it is \r\n.
  let line = 1;
  const take = ({ record, raw }: RawRecord): void => {
    if (record.length > 1 || record[0] !== '') records.push({ line, cells: record });
    line += raw.match(/\r\n?|\n/g)?.length ?? 0;
  };
  try {
    parse(text, {
      delimiter,
      bom: true,
      raw: true,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      cast: (cell, { quoting }) => (quoting ? cell : cell.trim()),
      on_record: (record) => void take(record as unknown as RawRecord),
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const message = `line ${line} has a stray quote; put the whole cell in quotes, and double those inside`;
    throw new FlowError('INVALID_INPUT', message, { cause: error });
  }
  return records;
}
