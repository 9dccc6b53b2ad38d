import type { Json, JsonObject } from '../../../protocol/json.ts';
import { QUOTAS } from '../../../protocol/quotas.ts';
import type { Section } from '../../definition/section.ts';
import { compileValue } from '../../definition/value.ts';
import { jsonBytes } from '../../execution/limits.ts';
import type { Visit } from '../../execution/visit.ts';
import { compileNumber } from './number-field.ts';

/** How items are grouped into the inputs of child executions. */
export interface Batching {
  readonly maxItems: number;
  /** The maximum size of a whole input. */
  readonly maxBytes: number;
  /** The fields of each input besides Items. */
  readonly common: JsonObject;
}

/** Evaluates an ItemBatcher. `input`: the effective input. */
export type ItemBatcher = (visit: Visit, input: Json) => Promise<Batching>;

/** Compiles ItemBatcher; undefined if the state has none. Source: "ItemBatcher (Map)", AWS Step Functions developer guide. */
export function compileItemBatcher(section: Section): ItemBatcher | undefined {
  const batcher = section.section('ItemBatcher');
  if (batcher === undefined) return undefined;
  const [ITEMS, BYTES] = ['MaxItemsPerBatch', 'MaxInputBytesPerBatch'];
  if (![ITEMS, BYTES].some((key) => batcher.has(key) || batcher.has(`${key}Path`)))
    batcher.problem(`wanted ${ITEMS} or ${BYTES}, or both`);
  const items = compileNumber(batcher, ITEMS, 'integer', positive(ITEMS));
  const bytes = compileNumber(batcher, BYTES, 'integer', positive(BYTES));
  const common = compileValue(batcher, 'BatchInput');
  return async (visit, input) => ({
    maxItems: (await items(visit, input)) ?? Number.POSITIVE_INFINITY,
    maxBytes: Math.min((await bytes(visit, input)) ?? QUOTAS.payload, QUOTAS.payload),
    common: common ? { BatchInput: await common(visit, input) } : {},
  });
}

const positive =
  (key: string) =>
  (value: number): string | undefined =>
    value > 0 ? undefined : `${key} must be positive.`;

/** The input of a child execution, and the number of items in it. */
export interface ChildInput {
  readonly input: Json;
  readonly itemCount: number;
}

/** Groups items into batches, as many as fit in each. An item that is too large for any batch gets its own. */
export async function* batchItems(items: AsyncIterable<Json>, batching: Batching): AsyncGenerator<ChildInput> {
  const { maxItems, maxBytes, common } = batching;
  const empty = jsonBytes({ ...common, Items: [] });
  let [batch, bytes]: [Json[], number] = [[], empty];
  const childInput = (): ChildInput => ({ input: { ...common, Items: batch }, itemCount: batch.length });
  for await (const item of items) {
    // Each item but the first has a comma before it.
    const added = jsonBytes(item) + (batch.length > 0 ? 1 : 0);
    if (batch.length > 0 && (batch.length >= maxItems || bytes + added > maxBytes)) {
      yield childInput();
      [batch, bytes] = [[item], empty + added - 1];
    } else {
      batch.push(item);
      bytes += added;
    }
  }
  if (batch.length > 0) yield childInput();
}
