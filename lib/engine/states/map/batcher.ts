import type { Json, JsonObject } from '../../../protocol/json.ts';
import { QUOTAS } from '../../../protocol/quotas.ts';
import type { Section } from '../../definition/section.ts';
import { jsonBytes } from '../../execution/limits.ts';
import type { Visit } from '../../execution/visit.ts';
import { compileNumber } from './number-field.ts';
import { compileValue } from './selector.ts';

/** How items are put together into the inputs of child executions. */
export interface Batching {
  readonly maxItems: number;
  /** Of an input as a whole. */
  readonly maxBytes: number;
  /** What each input has besides its items. */
  readonly common: JsonObject;
}

/** Evaluates an ItemBatcher. `input`: the state's input, after InputPath. */
export type ItemBatcher = (visit: Visit, input: Json) => Promise<Batching>;

/** Compiles ItemBatcher; undefined where the state has none. Source: "ItemBatcher (Map)", AWS Step Functions developer guide. */
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
  readonly items: number;
}

/** Puts items together, as many as fit. One that is too large for any batch gets one of its own. */
export async function* batchItems(items: AsyncIterable<Json>, batching: Batching): AsyncGenerator<ChildInput> {
  const { maxItems, maxBytes, common } = batching;
  const empty = jsonBytes({ ...common, Items: [] });
  let [batch, bytes]: [Json[], number] = [[], empty];
  const job = (): ChildInput => ({ input: { ...common, Items: batch }, items: batch.length });
  for await (const item of items) {
    // Each item but the first has a comma before it.
    const more = jsonBytes(item) + (batch.length > 0 ? 1 : 0);
    if (batch.length > 0 && (batch.length >= maxItems || bytes + more > maxBytes)) {
      yield job();
      [batch, bytes] = [[item], empty + more - 1];
    } else {
      batch.push(item);
      bytes += more;
    }
  }
  if (batch.length > 0) yield job();
}
