import { Aborted, StateFailure } from '../../../execution/failures.ts';

/** Items that cannot be read. */
export const unreadable = (cause: string): StateFailure => new StateFailure('States.ItemReaderFailed', cause);

/** What was thrown while items were read, as the failure that it makes of the Map. */
export function asUnreadable(thrown: unknown): unknown {
  if (thrown instanceof StateFailure || thrown instanceof Aborted) return thrown;
  return unreadable(thrown instanceof Error ? thrown.message : String(thrown));
}
