import * as z from 'zod';
import { waitingComponent } from '../../lib/runtime/index.ts';
import { question } from './_question.ts';

export default waitingComponent({
  description:
    'Waits until a person approves or rejects, and gives what they said. A rejection is a result, not a failure.',
  input: z.object({
    title: z.string().min(1).describe('What is to be approved, in a sentence.'),
    ...question,
  }),
  output: z.object({
    approved: z.boolean(),
    by: z.string().nullable().describe('Who answered, as the API or the command line knows them.'),
    comment: z.string().nullable(),
  }),
});
