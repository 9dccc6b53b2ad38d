import type { Branch, State, StateMachine } from '../../../lib/asl/state-machine.ts';

/** The states of a machine in the order in which they run, as text: `a → (b | c → d) → e`; of a Map of steps how many it has. */
export const outline = (machine: StateMachine | Branch | undefined): string =>
  machine ? from(machine.StartAt, machine.States) : '';

function from(name: string, states: StateMachine['States']): string {
  const state = states[name];
  if (!state) return `?${name}`;
  const next = after(state, states);
  return next === '' ? shown(name, state) : `${shown(name, state)} → ${next}`;
}

function shown(name: string, state: State): string {
  if (state.Type === 'Map' && Array.isArray(state.Items))
    return `${state.Items.length} × ${outline(state.ItemProcessor)}`;
  if (state.Type === 'Parallel') return `(${state.Branches.map(outline).join(' | ')})`;
  if (state.Type !== 'Choice') return name;
  return `${name}[else ${state.Choices.map(({ Next }) => Next).join(', ')}]`;
}

function after(state: State, states: StateMachine['States']): string {
  const next = state.Type === 'Choice' ? state.Default : 'Next' in state ? state.Next : undefined;
  return next === undefined ? '' : from(next, states);
}
