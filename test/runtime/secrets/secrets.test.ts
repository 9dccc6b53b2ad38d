import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import {
  blobIdOf,
  blobStore,
  type Component,
  component,
  FlowError,
  type HostContext,
  hydrate,
  type Invocation,
  type Json,
  type LogEntry,
  openSecrets,
  SECRETS_VARIABLE,
  wrap,
} from '../../../lib/runtime/index.ts';
import { readSecret } from '../../../lib/runtime/secrets/secrets-manager.ts';
import { serve } from '../../loopback.ts';
import { memoryStore } from '../stores/memory-store.ts';

const any = z.unknown();
const KEY = 'sk-"quoted"-1234567890-abcdefghijklmnopqrstuvwxyz';
const VALUES: { readonly [name: string]: Json } = {
  key: KEY,
  pin: 90417,
  login: { user: 'ada', password: 'pass word' },
};
const MARKER = { $secret: 'key' };

const invoke = (made: Component, invocation: Partial<Invocation>, host: HostContext = {}) =>
  wrap(made, { store: memoryStore })(
    { step: 's', input: { key: MARKER }, secrets: ['key', 'pin', 'login'], reads: ['$'], ...invocation },
    { log: () => {}, secrets: async (name) => VALUES[name], ...host },
  );

const running = (run: Component['run'], options: Pick<Component, 'uses'> = {}) =>
  component({ input: any, output: any, ...options }, run);

describe('a secret in the input', () => {
  it('is known to the component alone, in whole or in part', async () => {
    const seen: unknown[] = [];
    const made = running((input) => void seen.push(input));
    const input = {
      key: MARKER,
      all: [{ $secret: 'login' }],
      part: { $secret: 'login.password' },
      own: { $$secret: 'x' },
    };
    await invoke(made, { input });
    expect(seen).toEqual([{ key: KEY, all: [VALUES.login], part: 'pass word', own: { $secret: 'x' } }]);
  });

  it('that is text is JSON where a part of it is read', async () => {
    const made = running((input) => String(Reflect.get(Object(input), 'u')).length);
    const host = { secrets: async () => '{"user": "ada lovelace"}' };
    expect(await invoke(made, { input: { u: { $secret: 'login.user' } } }, host)).toEqual({ $: 12 });
    const failing = invoke(made, { input: { u: { $secret: 'login.user' } } }, { secrets: async () => 'ada:secret' });
    await expect(failing).rejects.toMatchObject({
      name: 'EXPRESSION_FAILURE',
      message: expect.not.stringMatching(/ada/),
    });
  });

  it('without a value fails, and says how to give one', async () => {
    const host = { secrets: async () => undefined };
    await expect(
      invoke(
        running(() => 1),
        {},
        host,
      ),
    ).rejects.toMatchObject({
      name: 'EXPRESSION_FAILURE',
      message: expect.stringMatching(
        /^step "s": no value for "key" of its input: there is no value of the secret variable "key"; locally give it with --var key=…/,
      ),
    });
    await expect(
      invoke(
        running(() => 1),
        { input: { a: { b: { $secret: 'login.pin' } } } },
      ),
    ).rejects.toMatchObject({
      message: 'step "s": no value for "a.b" of its input: there is no "login.pin" in the secret variable "login"',
    });
  });

  it('that the step may not read is not resolved: who starts an execution directly could ask for any', async () => {
    const asked = vi.fn(async () => KEY);
    const seen: unknown[] = [];
    await invoke(
      running((input) => void seen.push(input)),
      { secrets: [] },
      { secrets: asked },
    );
    expect([seen, asked.mock.calls]).toEqual([[{ key: '[secret]' }], []]);
  });

  it('that is not there is hidden where a value is hydrated by someone else', async () => {
    const value = await hydrate({ a: [MARKER], b: { $$secret: 'mine' } }, blobStore(memoryStore()));
    expect(value).toEqual({ a: ['[secret]'], b: { $secret: 'mine' } });
  });
});

describe('what leaves the function', () => {
  const base64 = Buffer.from(KEY).toString('base64');

  it('has "[secret]" for the secret in a result, however it is spelled there', async () => {
    const made = running(() => ({
      [KEY]: [KEY, `Bearer ${KEY}`],
      json: JSON.stringify({ KEY }),
      url: `https://x/?key=${encodeURIComponent(KEY)}`,
      basic: `Basic ${base64}`,
      pin: 90417,
      text: 'pin 90417',
      other: 'ada',
    }));
    expect(await invoke(made, { input: [MARKER, { $secret: 'pin' }] })).toEqual({
      $: {
        '[secret]': ['[secret]', 'Bearer [secret]'],
        json: '{"KEY":"[secret]"}',
        url: 'https://x/?key=[secret]',
        basic: 'Basic [secret]',
        pin: '[secret]',
        text: 'pin [secret]',
        other: 'ada',
      },
    });
  });

  it('keeps longer texts in which a very short secret happens to stand', async () => {
    const made = running(() => ['ada', 'a nomad adapts']);
    expect(await invoke(made, { input: { $secret: 'login.user' } })).toEqual({ $: ['[secret]', 'a nomad adapts'] });
  });

  it('tests the result without the secret in what a missing path finds', async () => {
    const made = running(() => ({ at: KEY }));
    const slots = await invoke(made, { reads: ['at.more'] });
    expect(JSON.stringify(slots)).not.toContain('sk-');
  });

  it('has none in message and stack of a failure, and no cause', async () => {
    const made = running(() => {
      throw new FlowError('RESOURCE_UNAVAILABLE', `401 for ${KEY}`, { cause: new Error(KEY) });
    });
    const failure: unknown = await invoke(made, {}).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'RESOURCE_UNAVAILABLE', message: '401 for [secret]' });
    expect(failure).toHaveProperty('stack', expect.stringMatching(/401 for \[secret\]\n +at .*secrets\.test/));
    expect(failure).not.toHaveProperty('cause');
  });

  it('has none in what is said of an input or result that does not fit, not even the start of it', async () => {
    const refused = component({ input: z.object({ key: z.number() }), output: any }, () => 1);
    await expect(invoke(refused, {})).rejects.toMatchObject({
      message: expect.stringContaining('found a string ("[secret]")'),
    });
    const misfit: Component = { input: any, output: z.object({ key: z.number() }), run: (input) => input };
    await expect(invoke(misfit, {})).rejects.toMatchObject({ message: expect.not.stringContaining('sk-') });
  });

  it('has none in log entries, whatever they hold', async () => {
    const entries: LogEntry[] = [];
    const made = running((input, { logger }) => {
      logger.info(`key ${KEY}`, { input, why: new Error(KEY), none: undefined, n: 1 });
      throw new Error(`no ${KEY}`);
    });
    await invoke(made, {}, { log: (entry) => void entries.push(entry) }).catch(() => {});
    expect(entries).toMatchObject([
      {
        message: 'key [secret]',
        input: { key: '[secret]' },
        why: { name: 'Error', message: '[secret]' },
        n: 1,
        step: 's',
      },
      { message: 'invocation', error: 'no [secret]' },
    ]);
    expect(JSON.stringify(entries)).not.toContain('sk-');
  });

  it('has none in what outlives it: blobs and cache', async () => {
    const store = memoryStore();
    const made = running(
      async (input, { blobs, cache }) => {
        await blobs.put({ input: JSON.stringify(input) });
        await cache.set('k', JSON.stringify(input));
      },
      { uses: ['cache'] },
    );
    await invoke(made, {}, { store });
    expect([...store.texts.values()].filter((text) => text.includes('sk-'))).toEqual([]);
    expect(store.texts.size).toBe(2);
  });

  it('is not in the name of an object, which stays in its folder; hashes may look like one', async () => {
    const store = memoryStore();
    const made = running(
      async (_, { blobs, objects }) => {
        await objects.write(`cache/${KEY}.json`, '1');
        await blobs.put('a value');
      },
      { uses: ['cache'] },
    );
    const hash = blobIdOf('a value');
    await invoke(
      made,
      { input: [MARKER, { $secret: 'part' }], secrets: ['key', 'part'] },
      {
        store,
        secrets: async (name) => (name === 'part' ? hash.slice(3, 9) : KEY),
      },
    );
    expect([...store.texts.keys()]).toEqual([
      expect.stringMatching(/^cache\/secret-[0-9a-f]{32}$/),
      `values/${hash}.json`,
    ]);
  });
});

describe('the secrets of a deployed function', () => {
  const env = {
    [SECRETS_VARIABLE]: JSON.stringify({ key: { arn: 'arn:1' }, login: { arn: 'arn:2', json: true } }),
    plain: 'p',
  };

  it('come from Secrets Manager where it is named there, else from the environment', async () => {
    const source = openSecrets(
      async () => ({ readSecret: async (id) => (id === 'arn:1' ? '{"a": 1}' : '{"b": 2}') }),
      env,
    );
    expect(await Promise.all(['key', 'login', 'plain', 'nowhere'].map(source))).toEqual([
      '{"a": 1}',
      { b: 2 },
      'p',
      undefined,
    ]);
  });

  it('load no client until one is asked for, and are read once in five minutes', async () => {
    let now = 0;
    const read = vi.fn(async () => 'x');
    const load = vi.fn(async () => ({ readSecret: read }));
    const source = openSecrets(load, env, () => now);
    await source('plain');
    expect(load).not.toHaveBeenCalled();
    await Promise.all([source('key'), source('key')]);
    now = 299_999;
    await source('key');
    expect(read).toHaveBeenCalledTimes(1);
    now = 300_000;
    await source('key');
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('are asked for again after a failure', async () => {
    const read = vi.fn(async (_id: string) => 'x').mockRejectedValueOnce(new Error('throttled'));
    const source = openSecrets(async () => ({ readSecret: read }), env);
    await expect(source('key')).rejects.toThrow('throttled');
    expect(await source('key')).toBe('x');
  });
});

describe('Secrets Manager', () => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  /** The real client, talking to a server that answers everything alike. */
  async function clientOf(status: number, answer: Json): Promise<SecretsManagerClient> {
    const { url, stop } = await serve((_, response) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
    });
    stops.push(stop);
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    return new SecretsManagerClient({
      endpoint: url,
      region: 'us-east-1',
      credentials,
      maxAttempts: 1,
    });
  }

  it('gives the text of a secret', async () => {
    expect(await readSecret('arn:1', await clientOf(200, { ARN: 'arn:1', SecretString: 'x' }))).toBe('x');
  });

  it.each([
    [
      400,
      { __type: 'ResourceNotFoundException', message: 'no such secret' },
      'ResourceNotFoundException: no such secret',
    ],
    [200, { ARN: 'arn:1', SecretBinary: 'eA==' }, 'it is binary, not text'],
  ])('that has none (%d) is RESOURCE_UNAVAILABLE with the remedy', async (status, answer, why) => {
    await expect(readSecret('arn:1', await clientOf(status, answer))).rejects.toMatchObject({
      name: 'RESOURCE_UNAVAILABLE',
      message: expect.stringContaining(`the secret arn:1 cannot be read (${why}); put its value there`),
    });
  });
});
