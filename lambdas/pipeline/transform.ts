import * as z from 'zod';
import { component } from '../../lib/runtime/index.ts';
import { type Cell, type Table, table } from './_table.ts';

type Type = Table['columns'][number]['type'];

/** How each type is read, the strictest first; undefined: the text is none of that type. */
const READERS: readonly (readonly [Type, (text: string) => Cell | undefined])[] = [
  ['number', (text) => (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined)],
  ['boolean', (text) => ({ true: true, yes: true, false: false, no: false })[text.toLowerCase()]],
  ['date', (text) => (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text)) ? toIso(text) : undefined)],
  ['text', (text) => text],
];

export default component(
  {
    description: 'Gives each column the strictest type that all its cells have, and drops rows that are there twice.',
    input: z.object({
      data: z.object({ columns: z.array(z.string()), rows: z.array(z.record(z.string(), z.string())) }),
    }),
    output: table.extend({ duplicates: z.int() }),
  },
  ({ data }) => {
    const columns = data.columns.map((name) =>
      inferColumn(
        name,
        data.rows.map((row) => row[name]?.trim() ?? ''),
      ),
    );
    const rows = data.rows.map((_, at) =>
      Object.fromEntries(columns.map(({ name, cells }) => [name, cells[at] ?? null])),
    );
    const distinct = [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
    return {
      columns: columns.map(({ name, type, cells }) => ({
        name,
        type,
        empty: cells.filter((cell) => cell === null).length,
      })),
      rows: distinct,
      duplicates: rows.length - distinct.length,
    };
  },
);

interface Column {
  readonly name: string;
  readonly type: Type;
  readonly cells: readonly Cell[];
}

function inferColumn(name: string, texts: readonly string[]): Column {
  for (const [type, read] of READERS) {
    const cells = texts.map((text) => (text === '' ? null : read(text)));
    const complete = cells.filter((cell) => cell !== undefined);
    if (complete.length === cells.length) return { name, type, cells: complete };
  }
  return { name, type: 'text', cells: texts };
}

/** A day stays a day; a moment is given in UTC. */
const toIso = (text: string): string => (text.length === 10 ? text : new Date(text).toISOString());
