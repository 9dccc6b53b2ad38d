import { component } from 'stepflow-aws/component';
import * as z from 'zod';

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export default component(
  {
    description: 'Writes rows as CSV (RFC 4180), with the keys of the first row as its head.',
    input: z.object({ rows: z.array(z.record(z.string(), cell)) }),
    output: z.object({ csv: z.string(), rows: z.int() }),
  },
  ({ rows }) => {
    const columns = Object.keys(rows[0] ?? {});
    const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))];
    return { csv: lines.map((line) => `${line.map(quoted).join(',')}\r\n`).join(''), rows: rows.length };
  },
);

const quoted = (value: string | number | boolean): string =>
  /[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
