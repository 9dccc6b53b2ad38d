import * as z from 'zod';
import { component, FlowError } from '../../lib/runtime/index.ts';
import { type CsvRecord, readCsv } from '../_shared/csv.ts';

const rejected = z.object({ line: z.int(), reason: z.string() });

export default component(
  {
    description:
      'Reads a CSV text: the first line names the columns; lines that do not fit are set aside, with the reason.',
    input: z.object({
      source: z.object({ csv: z.string().min(1), delimiter: z.enum([',', ';', '\t', '|']).default(',') }),
    }),
    output: z.object({
      columns: z.array(z.string()),
      rows: z.array(z.record(z.string(), z.string())),
      rejected: z.array(rejected),
    }),
  },
  ({ source: { csv, delimiter } }) => {
    const [head, ...body] = readCsv(csv, delimiter);
    if (!head) throw new FlowError('INVALID_INPUT', 'the CSV text is empty: the first line is to name the columns');
    const columns = checkColumns(head.cells);
    const fits = ({ cells }: CsvRecord): boolean => cells.length === columns.length;
    return {
      columns,
      rows: body
        .filter(fits)
        .map(({ cells }) => Object.fromEntries(columns.map((name, at) => [name, cells[at] ?? '']))),
      rejected: body
        .filter((record) => !fits(record))
        .map(({ line, cells }) => ({
          line,
          reason: `found ${cells.length} cells, wanted ${columns.length}`,
        })),
    };
  },
);

function checkColumns(names: readonly string[]): string[] {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new FlowError('INVALID_INPUT', `two columns have the name "${twice}"`);
  return [...names];
}
