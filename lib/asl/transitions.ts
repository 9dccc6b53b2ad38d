import type { Branch, State } from './state-machine.ts';

/** Where a state leads: after success, by each of its rules, after each failure. */
export function targetsOf(state: State): readonly string[] {
  const next = 'Next' in state ? state.Next : undefined;
  const own = state.Type === 'Choice' ? [...state.Choices.map(({ Next }) => Next), state.Default] : [next];
  const caught = 'Catch' in state ? (state.Catch ?? []).map(({ Next }) => Next) : [];
  return [...own, ...caught].flatMap((name) => name ?? []);
}

/** The names of the states of a scope that some run may come to. AWS refuses a definition with others. */
export function reachedIn({ StartAt, States }: Branch): ReadonlySet<string> {
  const reached = new Set<string>();
  const pending = [StartAt];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const state = States[name];
    if (!state || reached.has(name)) continue;
    reached.add(name);
    pending.push(...targetsOf(state));
  }
  return reached;
}
