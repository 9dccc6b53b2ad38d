import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../../lib/compiler/compile.ts';
import type { Json } from '../../lib/protocol/json.ts';
import { type FlowRun, type RunEvent, runFlow } from '../../lib/run/run-flow.ts';
import { type LoopbackServer, serve } from '../loopback.ts';

const FOLDER = 'workflows';
const flows = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

const blobs = mkdtempSync(join(tmpdir(), 'stepflow-flows-'));
afterAll(() => rmSync(blobs, { recursive: true }));

const run = (name: string, input: Json): Promise<FlowRun> => runFlow({ file: join(FOLDER, name), input, blobs });

/** The flow's examples. Those that need the internet run below, against a local server. */
const examplesOf = (name: string) => compile(readFileSync(join(FOLDER, name), 'utf8'), { file: name }).examples;
const local = flows
  .filter((name) => name !== 'parallel-fetch.yaml' && name !== 'support-answer.yaml')
  .flatMap((name) => examplesOf(name).map((example, index) => ({ name, title: example.name ?? `#${index}`, example })));

describe('the shipped flows', () => {
  test('each have an example', () => {
    expect(flows.filter((name) => examplesOf(name).length === 0)).toEqual([]);
  });

  test.each(local)('$name runs its example $title', async ({ name, example }) => {
    const { result, execution, diagnostics } = await run(name, example.input);

    expect(diagnostics).toEqual([]);
    expect(result).toMatchObject({ outcome: 'success' });
    expect(execution?.steps.filter(({ status }) => status !== 'succeeded')).toEqual([]);
  });
});

describe('user-insights', () => {
  test('runs four steps at once when the user is known', async () => {
    const events: string[] = [];
    const onEvent = (event: RunEvent) => {
      if (event.type === 'step-started' || event.type === 'step-succeeded') events.push(`${event.step} ${event.type}`);
    };
    const input = { user_id: 'u005' };
    const { result } = await runFlow({ file: join(FOLDER, 'user-insights.yaml'), input, blobs, onEvent });

    const parallel = ['load_user_posts', 'load_user_followers', 'load_user_activity', 'calculate_metrics'];
    const started = parallel.map((id) => `${id} step-started`);
    expect(events.slice(0, 6)).toEqual(['load_user step-started', 'load_user step-succeeded', ...started]);
    const results = result.outcome === 'success' ? Object.keys(result.result ?? {}) : [];
    expect(results.sort()).toEqual([...parallel].sort());
  });

  test('fails with the name of the step that does not find the user', async () => {
    const { result } = await run('user-insights.yaml', { user_id: 'u999' });

    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'INVALID_INPUT', data: { step: 'load_user' } } });
  });
});

describe('ai-cache', () => {
  test('answers the second time from the cache, and skips the work and the storing', async () => {
    const input = {
      text: 'One sentence stands here. Another one stands there. A third one ends it.',
      max_sentences: 1,
    };
    const first = await run('ai-cache.yaml', input);
    const second = await run('ai-cache.yaml', input);

    expect(first.result).toMatchObject({ outcome: 'success', result: { from_cache: false } });
    expect(second.result).toMatchObject({ outcome: 'success', result: { from_cache: true } });
    const answer = ({ result }: FlowRun): unknown =>
      result.outcome === 'success' && Reflect.get(Object(result.result), 'answer');
    expect(answer(second)).toEqual(answer(first));
    const skipped = second.execution?.steps.filter(({ status }) => status === 'skipped').map(({ id }) => id);
    expect(skipped).toEqual(['generate_ai_response', 'cache_ai_response']);
  });
});

describe('parallel-fetch', () => {
  let held: (() => void)[] = [];
  // Answers only when all three requests are here: sequential requests would wait for ever.
  let server: LoopbackServer;

  beforeAll(async () => {
    server = await serve(({ url = '/' }, response) => {
      held.push(() =>
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ [url.slice(1)]: url })),
      );
      if (held.length < 3) return;
      for (const answer of held) answer();
      held = [];
    });
  });
  afterAll(() => server.stop());

  test('fetches three sources at the same time and merges them', async () => {
    const { url } = server;
    const { result } = await run('parallel-fetch.yaml', { urls: [`${url}/a`, `${url}/b`, `${url}/c`] });

    expect(result).toMatchObject({ outcome: 'success' });
    expect(JSON.stringify(result)).toMatch(/"a":"\/a".*"b":"\/b".*"c":"\/c"/s);
  });
});

describe('support-answer', () => {
  const asked: { readonly key: string | undefined; readonly body: string }[] = [];
  let server: LoopbackServer;

  beforeAll(async () => {
    server = await serve(async (request, response) => {
      asked.push({ key: request.headers.authorization, body: await text(request) });
      const message = { role: 'assistant', content: `Ask again with ${request.headers.authorization}.` };
      const completion = { model: 'test', choices: [{ message, finish_reason: 'stop' }], usage: { total_tokens: 7 } };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(completion));
    });
  });
  afterAll(() => server.stop());

  test('asks a model with rules and prices from its files, and shows the key to no one else', async () => {
    const openai_base_url = `${server.url}/v1`;
    const events: unknown[] = [];
    const { result } = await runFlow({
      file: join(FOLDER, 'support-answer.yaml'),
      input: { question: 'What does Team cost?' },
      variables: { openai_api_key: 'sk-of-this-test', openai_base_url, model: 'test' },
      blobs,
      onEvent: (event) => events.push(event),
      onHistory: (event) => events.push(event),
    });

    expect(result).toEqual({ outcome: 'success', result: { answer: 'Ask again with Bearer [secret].', tokens: 7 } });
    expect(asked).toEqual([{ key: 'Bearer sk-of-this-test', body: expect.stringContaining('Team,29,EUR,10') }]);
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({ model: 'test', max_tokens: 150, stream: false });
    expect(JSON.stringify(events)).not.toContain('sk-of-this-test');
  });
});
