import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonBytes } from '../../../../lib/engine/index.ts';
import { type Batching, batchItems, type ChildInput } from '../../../../lib/engine/states/map/batcher.ts';
import type { Json } from '../../../../lib/protocol/json.ts';
import { QUOTAS } from '../../../../lib/protocol/quotas.ts';
import { run } from '../../harness.ts';
import { mapOf } from './memory-objects.ts';

const outputOf = async (ItemBatcher: Json, Items: Json) => (await run(mapOf({ ItemBatcher, Items }))).result;

describe('ItemBatcher', () => {
  // Source: test_map_item_batching_base_json_max_per_batch_jsonata of LocalStack's recorded tests.
  test('groups items, with the BatchInput in each batch', async () => {
    const BatchInput = { entered: '{% $states.context.State.EnteredTime %}' };
    const ItemBatcher = { MaxItemsPerBatch: '{% 2 %}', MaxInputBytesPerBatch: 150_000, BatchInput };
    expect((await outputOf(ItemBatcher, [1, 2, 3])).output).toEqual([
      { BatchInput: { entered: '1970-01-01T00:00:00.000Z' }, Items: [1, 2] },
      { BatchInput: { entered: '1970-01-01T00:00:00.000Z' }, Items: [3] },
    ]);
  });

  test('batches the outputs of ItemSelector', async () => {
    const more = { Items: ['a', 'b'], ItemSelector: { at: '{% $states.context.Map.Item.Index %}' } };
    const { result } = await run(mapOf({ ...more, ItemBatcher: { MaxItemsPerBatch: 5 } }));
    expect(result.output).toEqual([{ Items: [{ at: 0 }, { at: 1 }] }]);
  });

  test('no batch is larger than a payload', async () => {
    const item = 'x'.repeat(100_000);
    const { output } = await outputOf({ MaxItemsPerBatch: 10 }, '{% [1..3].$pad("", 50000, "x") %}');
    expect(output).toHaveLength(1);
    const ItemSelector = { item, length: '{% $length($states.input.text) %}' };
    const { result, events } = await run(
      mapOf(
        { Items: [1, 2, 3], ItemSelector, ItemBatcher: { MaxItemsPerBatch: 10 } },
        { Type: 'Pass', Output: 1, End: true },
      ),
      undefined,
      { input: { text: 'abc' } },
    );
    expect(result.output).toEqual([1, 1]);
    const inputs = events.filter(({ type, execution }) => type === 'ExecutionStarted' && execution !== undefined);
    for (const { details } of inputs) expect(jsonBytes(details.input ?? null)).toBeLessThanOrEqual(QUOTAS.payload);
  });

  test('a size that is not positive fails the state', async () => {
    expect(await outputOf({ MaxItemsPerBatch: '{% 0 %}' }, [1])).toMatchObject({
      error: 'States.QueryEvaluationError',
      cause: expect.stringContaining('MaxItemsPerBatch must be positive.'),
    });
  });

  test('without any size it is refused', async () => {
    await expect(outputOf({ BatchInput: {} }, [1])).rejects.toThrow(
      'wanted MaxItemsPerBatch or MaxInputBytesPerBatch, or both at /States/Map/ItemBatcher',
    );
  });
});

async function inputsOf(items: readonly Json[], batching: Batching): Promise<readonly ChildInput[]> {
  async function* source() {
    yield* items;
  }
  const inputs: ChildInput[] = [];
  for await (const input of batchItems(source(), batching)) inputs.push(input);
  return inputs;
}

test('batches hold all items in order, within both limits, and could not hold one more', async () => {
  const json = fc.json().map((text): Json => JSON.parse(text));
  const limits = fc.record({
    maxItems: fc.integer({ min: 1, max: 5 }),
    maxBytes: fc.integer({ min: 1, max: 120 }),
    common: fc.constantFrom({}, { BatchInput: { a: 1 } }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(json, { maxLength: 12 }), limits, async (items, batching) => {
      const inputs = await inputsOf(items, batching);
      const batches = inputs.map(({ input }) => (input as { Items: Json[] }).Items);
      expect(batches.flat(1)).toEqual(items);
      expect(inputs.map((input) => input.itemCount)).toEqual(batches.map((batch) => batch.length));
      const fits = (batch: readonly Json[]): boolean =>
        batch.length <= batching.maxItems && jsonBytes({ ...batching.common, Items: [...batch] }) <= batching.maxBytes;
      for (const [at, batch] of batches.entries()) {
        expect(batch.length === 1 || fits(batch)).toBe(true);
        const [next] = batches[at + 1] ?? [];
        if (next !== undefined) expect(fits([...batch, next])).toBe(false);
      }
    }),
  );
});
