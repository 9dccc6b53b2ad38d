import { component } from 'stepflow-aws/component';
import * as z from 'zod';

const page = z.object({ url: z.string(), title: z.string(), links: z.array(z.string()) });
const run = z.object({ outcome: z.string(), result: page.optional() });

export default component(
  {
    description:
      'Adds the pages of a round to those of the rounds before, and finds which linked pages are still unknown.',
    input: z.object({
      known: z.array(z.string()),
      pages: z.array(z.json()),
      rounds_left: z.int().describe('This one included.'),
      fetched: z.array(run),
    }),
    output: z.object({
      pages: z.array(z.json()),
      known: z.array(z.string()).describe('Pages that have been fetched or soon will be.'),
      frontier: z.array(z.string()),
      rounds_left: z.int(),
    }),
  },
  ({ known, pages, rounds_left, fetched }) => {
    const found = fetched.flatMap(({ result }) => result ?? []);
    const frontier = [...new Set(found.flatMap(({ links }) => links))].filter((link) => !known.includes(link));
    return {
      pages: [...pages, ...found.map(({ url, title }) => ({ url, title }))],
      known: [...known, ...frontier],
      frontier,
      rounds_left: rounds_left - 1,
    };
  },
);
