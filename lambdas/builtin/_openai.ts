import * as z from 'zod';
import { FlowError, type Json } from '../../lib/runtime/index.ts';
import { anyValue } from './_any.ts';

const message = z
  .looseObject({
    role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
    content: z.union([z.string(), z.array(anyValue), z.null()]).optional(),
  })
  .describe('As the protocol has it: text or parts, calls of tools and their results.');

const messages = z.array(message).min(1);

/** What of a request the model gets to see or is steered by. What is null is left out. */
export const chatShape = {
  messages: z
    .union([messages, z.object({ messages }).transform((made) => made.messages)])
    .describe('A list, or the whole result of create_messages.'),
  model: z.string().min(1).default('gpt-4o-mini'),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish().describe('What models that reason take in place of max_tokens.'),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  seed: z.int().nullish(),
  response_format: z.looseObject({ type: z.string() }).nullish().describe('Such as { type: json_object }.'),
  reasoning_effort: z.string().nullish(),
  tools: z.array(anyValue).nullish(),
  tool_choice: anyValue.nullish(),
  user: z.string().nullish(),
};

const NAMES = Object.keys(chatShape);

/** The body of a request for one whole answer. */
export function requestOf(asked: z.output<z.ZodObject<typeof chatShape>>): object {
  const given = Object.entries(asked).filter(([name, value]) => NAMES.includes(name) && (value ?? null) !== null);
  return { ...Object.fromEntries(given), stream: false };
}

const answerShape = z.object({
  model: z.string().optional(),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), tool_calls: z.array(anyValue).nullish() }),
      }),
    )
    .min(1),
  usage: anyValue.nullish(),
});

/** What a server answered. What is no answer of the protocol is RESOURCE_UNAVAILABLE. */
export function completion(answer: unknown, server: string) {
  const read = answerShape.safeParse(answer);
  const choice = read.data?.choices[0];
  if (!read.success || !choice) throw noAnswer(answer, server);
  const { model = '', usage } = read.data;
  const { content, tool_calls: calls } = choice.message;
  return {
    response: content ?? '',
    usage: (usage ?? null) as Json,
    model,
    finish_reason: choice.finish_reason ?? 'stop',
    ...(calls && calls.length > 0 && { tool_calls: calls }),
  };
}

const SHOWN = 200;

/** Says what came instead; the start of it is enough to tell a page of HTML from an error in JSON. */
export function noAnswer(answer: unknown, server: string, cause?: unknown): FlowError {
  const text = typeof answer === 'string' ? answer : (JSON.stringify(answer) ?? 'nothing');
  const found = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  return new FlowError(
    'RESOURCE_UNAVAILABLE',
    `${server} answered with what is no chat completion: ${found}; is "base_url" the address of an OpenAI-compatible API, such as http://localhost:11434/v1?`,
    { cause },
  );
}
