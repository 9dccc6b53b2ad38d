import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from '../../lib/compiler/compile.ts';
import type { Json, JsonObject } from '../../lib/protocol/json.ts';
import { runDefinition } from '../../lib/run/run-definition.ts';
import { hydrate } from '../../lib/runtime/spill/hydrate.ts';
import { blobStore } from '../../lib/runtime/stores/blobs.ts';
import { folderStore } from '../../lib/runtime/stores/folder-store.ts';
import { runs } from '../chance.ts';
import { componentSource, project } from './project.ts';

// An execution that nobody prepares the input of, as with StartExecution.

const HOME = project({ 'lambdas/my/same.ts': componentSource('return { all: input };') });
const STORE = folderStore(join(HOME, '.stepflow/blobs'));

/** AWS allows 256 KiB; a few KB are taken by what else is in the payload. */
const MOST = 262_144 - 4000;

/** A reference to the input, or to the result of an earlier step. */
type Read = { readonly from: 'input'; readonly path: string } | { readonly from: number; readonly path: 'all' | '$' };

const read = (steps: number): fc.Arbitrary<Read> => {
  const ofInput = fc.record({ from: fc.constant('input' as const), path: fc.constantFrom('$', 'a', 'b', 'c.d') });
  if (steps === 0) return ofInput;
  return fc.oneof(ofInput, fc.record({ from: fc.nat(steps - 1), path: fc.constantFrom('all' as const, '$' as const) }));
};

const readsOf = (steps: number): fc.Arbitrary<readonly Read[]> => fc.array(read(steps), { minLength: 1, maxLength: 4 });

const expression = ({ from, path }: Read): Json =>
  from === 'input' ? { $input: path } : { $step: `s${from}`, ...(path !== '$' && { path }) };

/** What texts are made of: characters of one to four bytes, and ones that JSON escapes. */
const filling = fc.constantFrom('x', 'é', '漢', '😀', '"', '{"$blob": ');

/** What an input is made of: about so many bytes, most of them in one field, or spread. */
const making = fc.record({
  filling,
  bytes: fc.oneof(fc.integer({ min: MOST - 20_000, max: MOST }), fc.integer({ min: 100, max: MOST })),
  shares: fc.tuple(fc.nat(10), fc.nat(10), fc.nat(10)),
});

type Making = typeof making extends fc.Arbitrary<infer Made> ? Made : never;

function inputOf({ filling, bytes, shares: [a, b, d] }: Making): JsonObject {
  const each = Buffer.byteLength(JSON.stringify(filling)) - 2;
  const part = (share: number): string => filling.repeat(Math.floor(((bytes - 100) * share) / (a + b + d + 1) / each));
  return { a: part(a + 1), b: [part(b)], c: { d: part(d) }, $blob: 'a key of the user' };
}

const sample = fc.nat(3).chain((count) =>
  fc.record({
    steps: fc.tuple(...Array.from({ length: count }, (_, at) => readsOf(at))),
    output: readsOf(count),
    making,
  }),
);

/** What the flow has to give. */
function resultOf(steps: readonly (readonly Read[])[], output: readonly Read[], given: JsonObject): Json {
  const results: Json[] = [];
  const value = ({ from, path }: Read): Json => {
    if (from !== 'input') return path === '$' ? (results[from] ?? null) : at(results[from] ?? null, [path]);
    return path === '$' ? given : at(given, path.split('.'));
  };
  for (const reads of steps) results.push({ all: reads.map(value) });
  return output.map(value);
}

const at = (value: Json, [first, ...rest]: readonly string[]): Json =>
  first === undefined ? value : at((value as JsonObject)[first] ?? null, rest);

test('an execution that is started directly with nearly all that AWS allows runs', async () => {
  let spilling = 0;
  await fc.assert(
    fc.asyncProperty(sample, async ({ steps, output, making }) => {
      const input = inputOf(making);
      const flow = {
        steps: steps.map((reads, k) => ({ id: `s${k}`, component: '/my/same', input: reads.map(expression) })),
        output: output.map(expression),
      };
      const { stateMachine, nestedMachines, diagnostics } = compile(JSON.stringify(flow));
      expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      const definition = JSON.parse(JSON.stringify(stateMachine)) as JsonObject;
      const run = await runDefinition({ definition, nestedMachines, input, mocks: {}, home: HOME });
      expect(run.cause ?? run.error).toBeUndefined();
      if (run.entered.includes('spill input')) spilling += 1;
      const { result } = run.output as JsonObject;
      expect(await hydrate(result ?? null, blobStore(STORE))).toEqual(resultOf(steps, output, input));
    }),
    { numRuns: runs(60) },
  );
  expect(spilling).toBeGreaterThan(5);
}, 120_000);
