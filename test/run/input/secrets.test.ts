import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { HistoryEvent } from '../../../lib/engine/types.ts';
import type { Json } from '../../../lib/protocol/json.ts';
import { secretParts } from '../../../lib/run/input/secrets.ts';
import { parseMocks, prepareFlow, type RunEvent, runFlow } from '../../../lib/run/run-flow.ts';
import { componentSource, project } from '../project.ts';

const KEY = 'sk-quite-secret-0123456789';

const INPUT: Json = { a: 'A', b: [1, 'B'] };

const FLOW = `
variablesSchema:
  properties:
    TEST_FLOW_KEY: { type: string, is_secret: true }
    login: { type: object, is_secret: true, default: { user: flow-user } }
steps:
  - { id: work, component: /my/work, input: { key: { $variable: TEST_FLOW_KEY }, user: { $variable: login.user } } }
output: { work: { $step: work }, key: { $variable: TEST_FLOW_KEY } }
`;

const home = project({
  'lambdas/my/work.ts': componentSource(
    `ctx.logger.info('with ' + input.key); return { length: input.key.length, echo: 'Bearer ' + input.key, user: input.user };`,
  ),
  'lambdas/my/fail.ts': componentSource(`throw new Error('refused: ' + input.key);`),
  'lambdas/my/store.ts': componentSource(`return ctx.blobs.put({ key: input.key });`),
});

afterEach(() => vi.unstubAllEnvs());

describe('a secret of a run', () => {
  test.each(['the run', 'the environment'])(
    'that %s gives is known to the component, and nowhere else',
    async (giver) => {
      const history: HistoryEvent[] = [];
      const events: RunEvent[] = [];
      if (giver === 'the environment') vi.stubEnv('TEST_FLOW_KEY', KEY);
      const variables = giver === 'the run' ? { TEST_FLOW_KEY: KEY } : {};
      const { result } = await runFlow({
        source: FLOW,
        home,
        variables,
        onHistory: (event) => history.push(event),
        onEvent: (event) => events.push(event),
      });

      expect(result).toEqual({
        outcome: 'success',
        result: { work: { length: KEY.length, echo: 'Bearer [secret]', user: '[secret]' }, key: '[secret]' },
      });
      expect(events).toContainEqual(
        expect.objectContaining({ entry: expect.objectContaining({ message: 'with [secret]' }) }),
      );
      expect(JSON.stringify([history, events])).not.toMatch(/sk-quite|flow-user/);
    },
  );

  test('of several fields may come as JSON from the environment', async () => {
    vi.stubEnv('login', '{"user": "env-user"}');
    const source = FLOW.replace('key: { $variable: TEST_FLOW_KEY }, user', 'key: { $variable: login }, user');
    const mocks = parseMocks({
      work: [{ input: { key: { user: 'env-user' }, user: 'env-user' }, result: { ok: 'env-user' } }],
    });
    const { result } = await runFlow({ source, home, mocks, variables: { TEST_FLOW_KEY: KEY } });
    expect(result).toMatchObject({ outcome: 'success', result: { work: { ok: '[secret]' } } });
  });

  test('without a value fails the step that reads it, by name', async () => {
    vi.stubEnv('TEST_FLOW_KEY', '');
    const { result } = await runFlow({ source: FLOW.replace(', key: { $variable: TEST_FLOW_KEY } }', ' }'), home });
    expect(result).toMatchObject({
      outcome: 'failed',
      error: {
        code: 'EXPRESSION_FAILURE',
        message: 'step "work": no value for "key" of its input: there is no value of the variable "TEST_FLOW_KEY"',
      },
    });
  });

  test('is in neither message nor stack of a failure', async () => {
    const source = FLOW.replace('/my/work', '/my/fail');
    const { result } = await runFlow({ source, home, variables: { TEST_FLOW_KEY: KEY } });
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'COMPONENT_FAILED', message: 'refused: [secret]' },
    });
    expect(JSON.stringify(result)).not.toContain('sk-quite');
  });

  test('is in no blob', async () => {
    const blobs = join(project({}), 'blobs');
    const source = FLOW.replace('/my/work', '/my/store');
    const { result } = await runFlow({ source, home, blobs, variables: { TEST_FLOW_KEY: KEY } });
    expect(result).toMatchObject({ outcome: 'success' });
    const values = join(blobs, 'values');
    const stored = readdirSync(values).map((name) => readFileSync(join(values, name), 'utf8'));
    expect(stored).toEqual(['{"key":"[secret]"}']);
  });

  test("that an input asks for by a marker's name is the input's own text", async () => {
    const source = `
variablesSchema: { properties: { TEST_FLOW_KEY: { is_secret: true } } }
steps: [{ id: work, component: /builtin/noop, input: { given: { $input: x }, key: { $variable: TEST_FLOW_KEY } } }]
output: { $step: work, path: given }
`;
    const input = { x: { $secret: 'TEST_FLOW_KEY' } };
    const { result } = await runFlow({ source, home, input, variables: { TEST_FLOW_KEY: KEY } });
    expect(result).toEqual({ outcome: 'success', result: input.x });
  });
});

describe('a secret of the input', () => {
  const source = `
inputSchema:
  type: object
  properties: { key: { type: string, is_secret: true }, pins: { type: array, items: { type: string, is_secret: true, maxLength: 5 } } }
steps: [{ id: work, component: /my/fail, input: { key: { $input: key } } }]
output: { $step: work }
`;

  test('is shown in no event and no failure', async () => {
    const events: RunEvent[] = [];
    const { result } = await runFlow({ source, home, input: { key: KEY }, onEvent: (event) => events.push(event) });
    expect(result).toMatchObject({ outcome: 'failed', error: { message: 'refused: [secret]' } });
    expect(JSON.stringify([result, events])).not.toContain('sk-quite');
  });

  test('that does not fit is not shown, neither in the message nor in the text it was read from', async () => {
    const flow = await prepareFlow({ source, home });
    const input = { key: KEY, pins: ['1234567'] };
    const { diagnostics } = await flow.run({ input });
    expect(diagnostics.map(({ message }) => message)).toEqual([
      `The input does not match the flow's inputSchema: "pins[0]" is a secret, but it must NOT have more than 5 characters`,
    ]);
    expect(flow.showInput(input, JSON.stringify(input))).toBe(`{"key":"${'*'.repeat(KEY.length)}","pins":["*******"]}`);
  });
});

describe('the parts of an input that are secret', () => {
  const hidden = { is_secret: true };

  test.each<[string, Json, readonly Json[]]>([
    ['properties', { properties: { a: hidden } }, ['A']],
    ['a reference', { properties: { a: { $ref: '#/$defs/key' } }, $defs: { key: hidden } }, ['A']],
    [
      'references in a circle',
      { $ref: '#/$defs/x', $defs: { x: { anyOf: [{ $ref: '#/$defs/x' }, hidden] } } },
      [INPUT],
    ],
    ['one of several schemas', { allOf: [{}, { oneOf: [{ properties: { a: hidden } }] }] }, ['A']],
    [
      'a condition',
      JSON.parse(
        '{ "if": {}, "then": { "properties": { "a": { "is_secret": true } } }, "else": { "properties": { "b": { "is_secret": true } } } }',
      ),
      ['A', [1, 'B']],
    ],
    ['items', { properties: { b: { items: hidden } } }, [1, 'B']],
    ['the first items', { properties: { b: { prefixItems: [{}, hidden] } } }, ['B']],
    ['other properties', { properties: { b: {} }, additionalProperties: hidden }, ['A']],
    ['properties by pattern', { patternProperties: { '^a': hidden }, properties: { b: true } }, ['A', [1, 'B']]],
    ['no schema', true, []],
  ])('are found by %s', (_what, schema, found) => {
    expect(secretParts(INPUT, schema)).toEqual(found);
  });
});
