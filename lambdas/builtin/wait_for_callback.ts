import * as z from 'zod';
import { waitingComponent } from '../../lib/runtime/index.ts';
import { anyValue } from './_any.ts';
import { question } from './_question.ts';

export default waitingComponent({
  description: 'Waits until another system sends a value to the step, and gives that value.',
  input: z.object({ title: z.string().nullish().describe('What is waited for.'), ...question }).nullable(),
  output: anyValue,
});
