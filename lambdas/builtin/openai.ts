import OpenAI, { APIConnectionError, APIError } from 'openai';
import * as z from 'zod';
import { component, FlowError, HIDDEN } from '../../lib/runtime/index.ts';
import { anyValue } from './_any.ts';
import { reasonOf } from './_http.ts';
import { chatShape, completion, noAnswer, requestOf } from './_openai.ts';

/** Retries of what may pass: no connection, no answer in time, 408, 409, 429 and 5xx. The client waits as the server asks, else longer each time. */
const RETRIES = 3;

const input = z.object({
  ...chatShape,
  api_key: z
    .string()
    .min(1)
    .nullish()
    .describe('Best a secret variable. Without it the environment variable OPENAI_API_KEY counts.'),
  base_url: z
    .url({ protocol: /^https?$/, error: 'Invalid URL: expected an http or https URL' })
    .nullish()
    .describe(
      'Of any server that speaks the protocol. Without it OPENAI_BASE_URL counts, else OpenAI itself is asked.',
    ),
  timeout: z.number().positive().max(600).default(120).describe('Seconds that one attempt may take.'),
});

type Input = z.output<typeof input>;

export default component(
  {
    description: 'Asks a chat model: one of OpenAI, or of any server that speaks its protocol.',
    input,
    output: z.object({
      response: z.string().describe('The text of the answer; empty where the model only calls tools.'),
      usage: anyValue.describe('Tokens, as the server counts them; null where it does not.'),
      model: z.string().describe('The model that answered.'),
      finish_reason: z.string(),
      tool_calls: z.array(anyValue).optional(),
    }),
    timeout: 890,
  },
  async (asked, { signal }) => {
    const client = clientFor(asked);
    try {
      const answer = await client.post<unknown>('/chat/completions', { body: requestOf(asked), signal });
      return completion(answer, client.baseURL);
    } catch (error) {
      signal.throwIfAborted();
      throw failureOf(error, client);
    }
  },
);

function clientFor({ api_key, base_url, timeout }: Input): OpenAI {
  const apiKey = api_key ?? process.env.OPENAI_API_KEY;
  const baseURL = base_url ?? process.env.OPENAI_BASE_URL;
  if (!apiKey && !baseURL) {
    throw new FlowError(
      'INVALID_INPUT',
      'OpenAI wants a key: give "api_key" as a secret variable, { $variable: NAME }, or set the environment variable OPENAI_API_KEY',
    );
  }
  return new OpenAI({
    // A server of one's own may want no key; the client does.
    apiKey: apiKey || 'none',
    timeout: timeout * 1000,
    maxRetries: RETRIES,
    logLevel: 'off',
    ...(baseURL && { baseURL }),
  });
}

function failureOf(error: unknown, { baseURL, apiKey }: OpenAI): unknown {
  if (error instanceof SyntaxError) return noAnswer(error.message, baseURL, error);
  if (!(error instanceof APIError)) return error;
  const said = (error instanceof APIConnectionError ? reasonOf(error) : error.message).replaceAll(
    String(apiKey),
    HIDDEN,
  );
  const message = (what: string): string => `${baseURL} ${what}: ${said}`;
  const cause = { cause: error };
  if (error instanceof APIConnectionError) {
    return new FlowError('RESOURCE_UNAVAILABLE', message(`gave no answer in ${RETRIES + 1} attempts`), cause);
  }
  const status = Number(error.status);
  if (status === 401 || status === 403) {
    const remedy = 'give a key that may use this model, as "api_key" or OPENAI_API_KEY';
    return new FlowError('RESOURCE_UNAVAILABLE', `${message('refuses the key')}; ${remedy}`, cause);
  }
  if (status === 408 || status === 409 || status === 429 || status >= 500) {
    return new FlowError('RESOURCE_UNAVAILABLE', message(`could not answer in ${RETRIES + 1} attempts`), cause);
  }
  const remedy = 'change what the message names: the model, a parameter or the messages';
  return new FlowError('INVALID_INPUT', `${message('refuses the request')}; ${remedy}`, cause);
}
