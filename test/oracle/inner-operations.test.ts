import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { CompileOptions } from '../../lib/compiler/compile.ts';
import { readFlow } from '../../lib/flow/read/read-flow.ts';
import type { Json, JsonObject } from '../../lib/protocol/json.ts';
import { runs } from '../chance.ts';
import { prepareUnchecked } from './compare.ts';
import { operationFlow, typedRecord } from './draw-operations.ts';
import { judge } from './oracle.ts';

/** Without the marks that JSONata puts on lists. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const REFUSED: ReadonlySet<string> = new Set(['definition-too-large', 'undecidable-demand']);

const FLOWS = runs(40);

/** The flow round an inner one: it compares what the runs of that give, and how many there are. */
const around = (flow: Json): Json => ({
  steps: [
    { id: 'one', component: '/eval', input: { flow, input: { $input: 'one' } } },
    {
      id: 'each',
      component: '/map',
      input: {
        items: { $input: 'items' },
        max_concurrency: {
          $if: { $gt: [{ $length: { $input: 'items' } }, 1] },
          // biome-ignore lint/suspicious/noThenProperty: a key of the language.
          then: { $length: { $input: 'items' } },
          else: 1,
        },
        workflow: flow,
      },
    },
  ],
  output: {
    one: { $step: 'one', path: 'result.outcome' },
    value: { $coalesce: [{ $step: 'one', path: 'result.result' }, 'none'] },
    isSame: {
      $eq: [{ $step: 'one', path: 'result' }, { $coalesce: [{ $step: 'each', path: 'results[0]' }, 'no item'] }],
    },
    isIn: {
      $in: [
        { $step: 'one', path: 'result' },
        { $step: 'each', path: 'results' },
      ],
    },
    run: { $step: 'one', path: 'result' },
    results: { $step: 'each', path: 'results' },
    hasFailed: { $gt: [{ $step: 'each', path: 'failed' }, 0] },
    count: { $length: { $step: 'each', path: 'results' } },
    text: { $concat: [{ $step: 'each', path: 'successful' }, ' of ', { $length: { $input: 'items' } }] },
  },
});

const WAYS: readonly (readonly [string, Pick<CompileOptions, 'spillAbove' | 'limits'>])[] = [
  ['as they are', {}],
  ['where nearly every value is spilled', { spillAbove: 6 }],
  ['where long values are spilled', { spillAbove: 40 }],
  ['in small state machines', { limits: { definitionBytes: 60_000 } }],
];

it.each(WAYS)(
  'inner flows do operations on their own input as the language says, %s',
  { timeout: 300_000 },
  async (_, options) => {
    const seen = { success: 0, failed: 0, skipped: 0 };
    const property = fc.asyncProperty(
      operationFlow,
      typedRecord,
      fc.array(typedRecord, { maxLength: 3 }),
      async (sample, one, items) => {
        const { flow } = readFlow(sample.source, 'flow.yaml');
        if (!flow) throw new Error('a flow that is drawn is one');
        // Inner flows see no variables of the flow round them.
        const verdicts = await Promise.all([one, ...items].map((input) => judge(flow, { ...sample, input })));
        const results = verdicts.map((verdict): Json => {
          seen[verdict.outcome] += 1;
          return verdict.outcome === 'success' ? verdict.result : null;
        });
        const inner: JsonObject = { ...parse(sample.source), variables: sample.variables };
        const mocks = Object.fromEntries(
          Object.entries(sample.mocks).flatMap(([id, own]) => ['one', 'each'].map((outer) => [`${outer}.${id}`, own])),
        );
        const source = stringify(around(inner), { aliasDuplicateObjects: false });
        const prepared = await prepareUnchecked({ source, mocks, ...options });
        // One step may be too large for a state machine, or be wanted by what an operation makes of its own result.
        fc.pre(!prepared.diagnostics.some(({ code }) => REFUSED.has(code)));
        const run = await prepared.run({ input: { one, items } });
        const [first] = verdicts;
        const { outcome, result } = plain(run.result) as { outcome: string; result: JsonObject };
        if (outcome !== 'success') throw new Error(`${JSON.stringify(run.result)}\n${source}`);
        const given = result.results as Json[];
        expect(result.isSame).toBe(isDeepStrictEqual(result.run, given[0] ?? 'no item'));
        expect(result.isIn).toBe(given.some((other) => isDeepStrictEqual(result.run, other)));
        expect(result.one).toBe(first?.outcome);
        expect(result.value).toEqual(plain(results[0] ?? 'none'));
        expect(given.map((own) => (own as JsonObject).result ?? null)).toEqual(plain(results.slice(1)));
        expect(result.hasFailed).toBe(verdicts.slice(1).some(({ outcome }) => outcome === 'failed'));
        expect(result.count).toBe(items.length);
        expect(result.text).toBe(
          `${verdicts.slice(1).filter(({ outcome }) => outcome === 'success').length} of ${items.length}`,
        );
      },
    );
    await fc.assert(property, { numRuns: FLOWS / 2, endOnFailure: true, includeErrorInReport: true });
    expect(seen.success).toBeGreaterThan(FLOWS / 4);
  },
);
