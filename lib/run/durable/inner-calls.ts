import type { Slots } from '../../protocol/invocation.ts';
import type { Journal } from './journal.ts';
import type { ReplayHistory } from './replay-history.ts';

/** Makes a call that a component makes of another, within the call `outer`, unless it is known what it gave. */
export type InnerCalls = (outer: string, id: string, call: () => Promise<Slots>) => Promise<Slots>;

/**
 * Calls that components make, of flows that are only known while they run: those that the journal has are answered by
 * it, the results of the others are written into it. Failures are not kept; they are the calling component's affair.
 */
export const innerCalls =
  (journal: Journal, { innerCalls: inner }: ReplayHistory): InnerCalls =>
  async (outer, id, call) => {
    const key = `${outer} / ${id}`;
    const known = inner.get(key);
    if (known) return known.result;
    const result = await call();
    journal.append([{ type: 'inner', id: key, at: Date.now(), result }]);
    return result;
  };
