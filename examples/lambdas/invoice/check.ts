import { component } from 'stepflow-aws/component';
import * as z from 'zod';

const invoice = z.object({
  number: z.string().min(1),
  date: z.iso.date(),
  lines: z.array(z.object({ text: z.string(), amount: z.number() })).min(1),
  total: z.number(),
});

const CENT = 0.005;

export default component(
  {
    description:
      "Checks a model's reading of an invoice: it is JSON of the right shape, and its lines add up to its total.",
    input: z.object({ reply: z.string() }),
    output: z.object({
      valid: z.boolean(),
      invoice: invoice.nullable(),
      problems: z.string().describe('What is wrong, in words that the model understands; empty where nothing is.'),
    }),
  },
  ({ reply }) => {
    const read = invoice.safeParse(parse(reply));
    if (!read.success) {
      const problems = read.error.issues.map(({ path, message }) => `${path.join('.') || 'reply'}: ${message}`);
      return { valid: false, invoice: null, problems: problems.join('; ') };
    }
    const sum = read.data.lines.reduce((total, { amount }) => total + amount, 0);
    const isRight = Math.abs(sum - read.data.total) < CENT;
    const problems = isRight ? '' : `the lines add up to ${sum.toFixed(2)}, but total is ${read.data.total.toFixed(2)}`;
    return { valid: isRight, invoice: isRight ? read.data : null, problems };
  },
);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
