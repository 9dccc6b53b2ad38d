import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JsonObject } from '../../lib/runtime/index.ts';
import { type LoopbackServer, serve } from '../loopback.ts';
import { invoke } from './invoke.ts';

interface Seen {
  readonly url: string;
  readonly key: string;
  readonly body: JsonObject;
}

type Answer = (response: ServerResponse, attempt: number) => unknown;

/** A server that speaks as much of the protocol as a chat completion takes. */
let server: LoopbackServer;
let base: string;
let seen: Seen[] = [];
let answer: Answer;

const json = (response: ServerResponse, status: number, body: unknown, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

const USAGE = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };

const completion = (message: object, rest: object = {}) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'small-2024',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop', logprobs: null }],
  usage: USAGE,
  ...rest,
});

const refusal = (message: string, code: string) => ({
  error: { message, type: 'invalid_request_error', param: null, code },
});

beforeAll(async () => {
  server = await serve(async (request: IncomingMessage, response) => {
    const body = JSON.parse(await text(request));
    seen.push({ url: request.url ?? '', key: request.headers.authorization ?? '', body });
    answer(response, seen.length);
  });
  base = `${server.url}/v1`;
});

afterAll(() => server.stop());

beforeEach(() => {
  seen = [];
  answer = (response) => json(response, 200, completion({ content: 'Hello.' }));
});

afterEach(() => vi.unstubAllEnvs());

const messages = [{ role: 'user', content: 'Hi' }];
const ask = (input: object = {}, host = {}) =>
  invoke('/builtin/openai', { messages, base_url: base, api_key: 'sk-test', ...input }, host);

describe('openai', () => {
  it('asks for a completion and answers its text and its usage', async () => {
    expect(await ask({ model: 'small' })).toEqual({
      response: 'Hello.',
      usage: USAGE,
      model: 'small-2024',
      finish_reason: 'stop',
    });
    expect(seen).toEqual([
      { url: '/v1/chat/completions', key: 'Bearer sk-test', body: { model: 'small', messages, stream: false } },
    ]);
  });

  it('passes every parameter on, and leaves out what is null', async () => {
    const parameters = {
      model: 'm',
      max_tokens: 100,
      temperature: 0.1,
      top_p: 0.9,
      frequency_penalty: -1,
      presence_penalty: 1,
      stop: ['END'],
      seed: 7,
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } },
      tools: [{ type: 'function', function: { name: 'look_up', parameters: {} } }],
      tool_choice: 'auto',
    };
    await ask({ ...parameters, user: null, max_completion_tokens: null });
    expect(seen[0]?.body).toEqual({ ...parameters, messages, stream: false });
  });

  it('takes the whole result of create_messages, and messages of any kind', async () => {
    const list = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: '1' },
    ];
    await ask({ messages: { messages: list } });
    expect(seen[0]?.body).toMatchObject({ messages: list, model: 'gpt-4o-mini' });
  });

  it('answers calls of tools', async () => {
    const tool_calls = [{ id: 'c1', type: 'function', function: { name: 'look_up', arguments: '{"id":1}' } }];
    answer = (response) => json(response, 200, completion({ content: null, tool_calls }));
    expect(await ask()).toMatchObject({ response: '', tool_calls });
  });

  it('answers null for what a server does not count', async () => {
    answer = (response) => json(response, 200, { choices: [{ message: { content: 'x' } }] });
    expect(await ask()).toEqual({ response: 'x', usage: null, model: '', finish_reason: 'stop' });
  });

  it('has key and address from the environment where the input has none', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-env');
    vi.stubEnv('OPENAI_BASE_URL', base);
    await ask({ api_key: null, base_url: null });
    expect(seen[0]).toMatchObject({ key: 'Bearer sk-env', url: '/v1/chat/completions' });
  });

  it('needs no key for a server of its own', async () => {
    vi.stubEnv('OPENAI_API_KEY', '');
    expect(await ask({ api_key: null })).toMatchObject({ response: 'Hello.' });
  });
});

describe('what may pass', () => {
  it.each([429, 500, 503])('such as %d is tried again as soon as the server says', async (status) => {
    answer = (response, attempt) =>
      attempt < 3
        ? json(response, status, refusal('slow down', 'rate_limit'), { 'retry-after-ms': '1' })
        : json(response, 200, completion({ content: 'at last' }));
    expect(await ask()).toMatchObject({ response: 'at last' });
    expect(seen).toHaveLength(3);
  });

  it('waits for the seconds of Retry-After', async () => {
    answer = (response, attempt) =>
      attempt < 2
        ? json(response, 429, refusal('slow down', 'rate_limit'), { 'retry-after': '0.01' })
        : json(response, 200, completion({ content: 'at last' }));
    expect(await ask()).toMatchObject({ response: 'at last' });
  });

  it('and does not is RESOURCE_UNAVAILABLE, with what the server said', async () => {
    answer = (response) => json(response, 429, refusal('quota exceeded', 'rate_limit'), { 'retry-after-ms': '1' });
    await expect(ask()).rejects.toMatchObject({
      name: 'RESOURCE_UNAVAILABLE',
      message: `${base} could not answer in 4 attempts: 429 quota exceeded`,
    });
    expect(seen).toHaveLength(4);
  });

  it('such as a connection that breaks is tried again', async () => {
    answer = (response, attempt) =>
      attempt < 2 ? response.destroy() : json(response, 200, completion({ content: 'at last' }));
    expect(await ask()).toMatchObject({ response: 'at last' });
  });
});

describe('what does not pass', () => {
  it.each([401, 403])('such as a key that is refused (%d) says which to give, and does not show it', async (status) => {
    answer = (response) => json(response, status, refusal('Incorrect API key provided: sk-test', 'invalid_api_key'));
    await expect(ask()).rejects.toMatchObject({
      name: 'RESOURCE_UNAVAILABLE',
      message: expect.stringMatching(
        /refuses the key: 40[13] Incorrect .*: \[secret\]; give a key that may use this model/,
      ),
    });
    expect(seen).toHaveLength(1);
  });

  it.each([400, 404, 422])('such as a request that is refused (%d) is INVALID_INPUT', async (status) => {
    answer = (response) => json(response, status, refusal('The model "x" does not exist', 'model_not_found'));
    await expect(ask()).rejects.toMatchObject({
      name: 'INVALID_INPUT',
      message: expect.stringContaining('The model "x" does not exist; change what the message names'),
    });
    expect(seen).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ['another document', (response) => json(response, 200, { choices: [] })],
    ['a page', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Welcome</html>')],
    [
      'half a document',
      (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"choices":'),
    ],
  ])('such as %s in place of a completion is RESOURCE_UNAVAILABLE', async (_, given) => {
    answer = given;
    await expect(ask()).rejects.toMatchObject({
      name: 'RESOURCE_UNAVAILABLE',
      message: expect.stringMatching(/with what is no chat completion: .*; is "base_url" the address/),
    });
  });

  it('such as a missing key says how to give one', async () => {
    vi.stubEnv('OPENAI_API_KEY', '');
    vi.stubEnv('OPENAI_BASE_URL', '');
    await expect(ask({ api_key: null, base_url: null })).rejects.toMatchObject({
      name: 'INVALID_INPUT',
      message: expect.stringContaining('OPENAI_API_KEY'),
    });
  });

  it.each([
    [{ messages: [] }, '"messages"'],
    [{ messages: [{ role: 'robot', content: 'x' }] }, '"messages"'],
    [{ temperature: 3 }, '"temperature"'],
    [{ base_url: 'ftp://x' }, 'http or https URL'],
  ])('such as %j is refused before anything is sent', async (input, place) => {
    await expect(ask(input)).rejects.toMatchObject({ name: 'INVALID_INPUT', message: expect.stringContaining(place) });
    expect(seen).toEqual([]);
  });

  it('stops when nobody waits any more', async () => {
    const host = new AbortController();
    const closed = new Promise((resolve) => {
      answer = (response) => {
        response.on('close', resolve);
        host.abort(new Error('enough'));
      };
    });
    await expect(ask({}, { signal: host.signal })).rejects.toMatchObject({ name: 'CANCELLED' });
    await closed;
    expect(seen).toHaveLength(1);
  });
});
