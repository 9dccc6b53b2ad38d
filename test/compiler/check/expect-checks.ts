import { type ComponentSchemas, check } from '../../../lib/compiler/check/index.ts';
import { compile } from '../../../lib/compiler/compile.ts';
import type { Json } from '../../../lib/protocol/json.ts';
import { expectDiagnostics } from '../../diagnostics/expect-diagnostics.ts';

const string: Json = { type: 'string' };
const object = (properties: { [name: string]: Json }, required = Object.keys(properties), more: object = {}): Json => ({
  type: 'object',
  properties,
  required,
  ...more,
});
const closed = { additionalProperties: false };

/** Components for checks, by path. */
const COMPONENTS: { readonly [path: string]: ComponentSchemas } = {
  '/user/load': {
    input: object({ user_id: { type: 'string', pattern: '^u[0-9]{3}$' }, limit: { type: 'integer' } }, ['user_id']),
    output: object(
      {
        id: string,
        age: { type: 'number' },
        email: { type: ['string', 'null'] },
        profile: object({ name: string }, ['name'], closed),
        tags: { type: 'array', items: string },
        nick: string,
        valid: { const: true },
        cached: { const: false },
      },
      ['id', 'age', 'email', 'profile', 'tags', 'valid', 'cached'],
      closed,
    ),
  },
  '/user/rename': {
    input: object(
      { user: object({ id: string, age: string }), names: { type: 'array', items: string, minItems: 2 } },
      ['user'],
      closed,
    ),
    output: object({ name: string }),
  },
  '/math/add': { input: object({ a: { type: 'number' }, b: { type: 'number' } }), output: { type: 'number' } },
  '/text/find': {
    input: {
      $ref: '#/$defs/query',
      $defs: { query: object({ text: string, next: { $ref: '#/$defs/query' } }, ['text']) },
    },
    output: { anyOf: [{ type: 'null' }, object({ at: { type: 'integer' } }, ['at'], closed)] },
  },
  '/any/thing': { input: {}, output: {} },
  '/builtin/sleep': {
    input: object({ duration_ms: { type: 'number' }, passthrough: {} }, ['duration_ms']),
    output: {},
  },
  '/builtin/load_file': { input: object({ path: string, format: string }, ['path']), output: {} },
  '/builtin/iterate': {
    input: object({ flow: {}, initial_input: {}, max_iterations: { type: 'integer' } }, ['initial_input']),
    output: {},
  },
  '/builtin/map': { input: object({ workflow: {}, items: { type: 'array' } }), output: {} },
};

/** Checks a flow against {@link COMPONENTS} and expects just the diagnostics that are marked in it. */
export const expectChecks = (annotated: string): readonly string[] =>
  expectDiagnostics(annotated, (source) => {
    const { flow, diagnostics } = compile(source, { file: 'flow.yaml' });
    const found = flow ? check(flow, (path) => COMPONENTS[path]) : [];
    return [...diagnostics, ...found].sort((a, b) => a.line - b.line || a.column - b.column);
  });
