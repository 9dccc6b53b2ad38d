import { z } from 'zod';
import { component } from '../../../../../lib/runtime/index.ts';

export default component(
  { input: z.object({ name: z.string(), word: z.string() }), output: z.object({ text: z.string() }) },
  ({ name, word }) => ({ text: `${word}, ${name}!` }),
);
