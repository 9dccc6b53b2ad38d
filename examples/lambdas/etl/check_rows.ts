import { component } from 'stepflow-aws/component';
import * as z from 'zod';

const row = z.record(z.string(), z.string());
const rejected = z.object({ line: z.int(), row, problems: z.array(z.string()) });

export default component(
  {
    description:
      'Divides the rows of a table into those that hold what they should, and those that do not, with the reasons.',
    input: z.object({
      rows: z.array(row),
      required: z.array(z.string()).describe('Columns that must not be empty.'),
      numbers: z.array(z.string()).default([]).describe('Columns that hold numbers.'),
    }),
    output: z.object({
      accepted: z.array(row),
      rejected: z.array(rejected),
      rejected_share: z.number().describe('0 to 1.'),
    }),
  },
  ({ rows, required, numbers }) => {
    const problemsOf = (one: z.infer<typeof row>): string[] => [
      ...required.filter((column) => !one[column]?.trim()).map((column) => `${column} is empty`),
      ...numbers.filter((column) => Number.isNaN(Number(one[column]))).map((column) => `${column} is no number`),
    ];
    // The first line of the file is its head.
    const checked = rows.map((one, index) => ({ line: index + 2, row: one, problems: problemsOf(one) }));
    const faulty = checked.filter(({ problems }) => problems.length > 0);
    return {
      accepted: checked.filter(({ problems }) => problems.length === 0).map((one) => one.row),
      rejected: faulty,
      rejected_share: rows.length === 0 ? 0 : faulty.length / rows.length,
    };
  },
);
