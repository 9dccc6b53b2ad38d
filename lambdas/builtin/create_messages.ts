import * as z from 'zod';
import { component } from '../../lib/runtime/index.ts';

const message = z.object({ role: z.enum(['system', 'user']), content: z.string() });

export default component(
  {
    description: 'Makes the list of messages that a chat model takes.',
    input: z.object({ system_instructions: z.string().nullish(), user_prompt: z.string() }),
    output: z.object({ messages: z.array(message) }),
  },
  ({ system_instructions: system, user_prompt: prompt }) => ({
    messages: [
      ...(system ? [{ role: 'system' as const, content: system }] : []),
      { role: 'user' as const, content: prompt },
    ],
  }),
);
