import { expect, it } from 'vitest';
import { compile } from '../../lib/compiler/compile.ts';
import type { Json, JsonObject } from '../../lib/protocol/json.ts';

const step = (id: string): JsonObject => ({ id, component: '/my/work', input: {} });
const running = (id: string, ...steps: JsonObject[]): JsonObject => ({
  id,
  component: '/eval',
  input: { input: {}, flow: { steps } },
});

/** What is said of flows with such steps, all of which run. */
const said = (...steps: JsonObject[]): readonly Json[] =>
  compile(JSON.stringify({ steps })).diagnostics.map(({ code, message }) => [code, message]);

it.each([
  ['beside the step that runs the flow', [running('m', step('x')), step('m.x')], 'm.x'],
  ['in another flow', [running('a', step('b.c')), running('a.b', step('c'))], 'a.b.c'],
  ['at another depth', [running('a', running('b', step('c'))), running('a.b', step('c'))], 'a.b'],
])('a step that is called as one inside of another step, %s, is an error', (_, steps, name) => {
  expect(said(...steps)).toContainEqual([
    'duplicate-id',
    expect.stringContaining(`Two steps have the id ${JSON.stringify(name)}`),
  ]);
});

it('ids with dots are no error where nothing else is called so', () => {
  expect(said(running('m', step('x')), step('m.y'), step('x.m'))).toEqual([]);
});
