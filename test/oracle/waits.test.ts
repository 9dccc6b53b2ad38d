import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { respondLocally } from '../../lib/executions/local/waiting.ts';
import { isObject, type Json } from '../../lib/protocol/json.ts';
import type { FlowResult, RunEvent } from '../../lib/run/run-flow.ts';
import { runs } from '../chance.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { prepareUnchecked } from './compare.ts';
import type { Sample } from './draw-flow.ts';
import { chains, mapsInMaps, nests } from './draw-nests.ts';

const BLOBS = temporaryFolder('stepflow-waits-');

/** The steps that may wait: those that always give the same, by their ids. */
const resultOf = ({ mocks }: Sample, id: string): Json | undefined => {
  const [first, ...more] = mocks[id] ?? mocks['/mock/any'] ?? [];
  return first?.outcome === 'success' && more.length === 0 ? first.result : undefined;
};

/** The same flow, in which the steps that are picked wait for what their mocks give. */
function withWaits(sample: Sample, isPicked: (id: string) => boolean): Sample {
  const waits = new Set<string>();
  const source = JSON.stringify(JSON.parse(sample.source), (_, value: Json) => {
    if (!isObject(value) || value.component !== '/mock/any' || typeof value.id !== 'string') return value;
    if (!isPicked(value.id) || resultOf(sample, value.id) === undefined) return value;
    waits.add(value.id);
    return { ...value, component: '/builtin/wait_for_callback', input: { details: value.input ?? null } };
  });
  const mocks = Object.fromEntries(Object.entries(sample.mocks).filter(([id]) => !waits.has(id)));
  return { ...sample, source, mocks };
}

/** Runs a flow once, and answers each of its steps that wait with what its mock would give. */
async function answered(sample: Sample, flow: Sample, input: Json, limits?: { readonly definitionBytes: number }) {
  const { source, mocks, variables } = flow;
  const options = { source, mocks, variables, blobs: BLOBS };
  const small = limits && (await prepareUnchecked({ ...options, limits }));
  // Not every flow can be divided so far.
  const prepared = small?.compiled.stateMachine ? small : await prepareUnchecked(options);
  const answers: Promise<unknown>[] = [];
  const executionName = randomUUID();
  const onEvent = (event: RunEvent): void => {
    if (event.type !== 'step-waiting') return;
    const { step, question } = event;
    const value = resultOf(sample, step.split('.').at(-1) ?? step) ?? null;
    const request = { step, item: question.item, answer: { value } };
    answers.push(respondLocally({ blobs: BLOBS, runs: BLOBS }, question.execution, request));
  };
  const { result } = await prepared.run({ input, executionName, onEvent });
  await Promise.all(answers);
  return { result: withoutMessage(result), waited: answers.length, nested: prepared.compiled.nestedMachines.length };
}

/** Which of several failures is the first is chance, and some name a component. */
const withoutMessage = (result: FlowResult): object =>
  result.outcome === 'failed' ? { outcome: 'failed', code: result.error.code } : JSON.parse(JSON.stringify(result));

it('a step that waits gives the flow what a component would that gives the answer', { timeout: 240_000 }, async () => {
  let waited = 0;
  let nested = 0;
  const flows = fc.oneof(nests(2, 6), chains(2, 5), fc.integer({ min: 1, max: 2 }).chain(mapsInMaps));
  const property = fc.asyncProperty(flows, fc.nat(2), fc.boolean(), async (sample, every, isSplit) => {
    const waiting = withWaits(sample, (id) => every === 0 || (id.charCodeAt(id.length - 1) + every) % 2 === 0);
    const [input = null] = sample.inputs;
    const limits = isSplit ? { definitionBytes: 12_000 } : undefined;
    const wanted = await answered(sample, sample, input);
    const got = await answered(sample, waiting, input, limits);
    expect(got.result).toEqual(wanted.result);
    waited += got.waited;
    nested += got.nested;
  });
  await fc.assert(property, { numRuns: runs(25), endOnFailure: true, includeErrorInReport: true });
  expect(waited).toBeGreaterThan(20);
  expect(nested).toBeGreaterThan(0);
});
