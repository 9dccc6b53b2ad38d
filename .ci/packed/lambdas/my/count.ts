import { component } from 'stepflow-aws/component';
import * as z from 'zod';

export default component(
  { input: z.object({ text: z.string() }), output: z.object({ words: z.number() }) },
  async ({ text }) => ({ words: text.split(' ').length }),
);
