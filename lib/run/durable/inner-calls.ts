import type { Slots } from '../../protocol/invocation.ts';
import type { Journal } from './journal.ts';
import type { ReplayHistory } from './replay-history.ts';

/** Makes a call from one component to another, within the call `outer`, unless its result is recorded. */
export type InnerCalls = (outer: string, id: string, call: () => Promise<Slots>) => Promise<Slots>;

/**
 * Inner calls, from components that run flows only known at run time. Recorded results are replayed, new results are
 * recorded in the journal. Failures are not recorded: the calling component handles them.
 */
export const innerCalls =
  (journal: Journal, history: ReplayHistory): InnerCalls =>
  async (outer, id, call) => {
    const key = `${outer} / ${id}`;
    const recorded = history.innerCalls.get(key);
    if (recorded) return recorded.result;
    const result = await call();
    journal.append([{ type: 'inner', id: key, at: Date.now(), result }]);
    return result;
  };
