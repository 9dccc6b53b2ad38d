import type { SourceMap } from '../../compiler/source-map.ts';
import type { HistoryEvent } from '../../engine/types.ts';

/**
 * The states of an execution that call something and that a flow does not have, by name: the execution is then of another flow,
 * or of another version of it. States that call nothing are left out, because they depend on how the steps are arranged.
 */
export function unknownStates(events: readonly HistoryEvent[], states: SourceMap['states']): readonly string[] {
  const entered = events.filter(({ type }) => type === 'TaskStateEntered').flatMap(({ stateName }) => stateName ?? []);
  return [...new Set(entered)].filter((name) => !Object.hasOwn(states, name));
}
