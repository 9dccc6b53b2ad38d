import type { Branch, MapState, State, StateMachine } from '../../lib/asl/state-machine.ts';

/** What is wrong with a definition: where, and what. */
export type Problem = string;

/** A definition, and the type of state machine that it is for. */
export interface Definition {
  readonly machine: StateMachine;
  readonly type: 'STANDARD' | 'EXPRESS';
}

/** A rule of AWS that every definition keeps. */
export type Rule = (definition: Definition) => readonly Problem[];

/** Whether a state's processor runs in executions of its own. */
export const isDistributed = (state: State): state is MapState =>
  state.Type === 'Map' && state.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED';

/** Every scope of a machine: the machine itself, each branch, each processor. */
export const scopesIn = (scope: Branch): readonly Branch[] => [
  scope,
  ...Object.values(scope.States).flatMap(insideOf).flatMap(scopesIn),
];

/** The scopes directly inside a state. */
export const insideOf = (state: State): readonly Branch[] => {
  if (state.Type === 'Parallel') return state.Branches;
  return state.Type === 'Map' ? [state.ItemProcessor] : [];
};

/** Every state of a machine, with its name. */
export const namedStatesIn = (scope: Branch): readonly (readonly [name: string, state: State])[] =>
  scopesIn(scope).flatMap(({ States }) => Object.entries(States));

/** What a state has of its own: without the scopes inside it. */
export function ownFields(state: State): { readonly [field: string]: unknown } {
  const { Branches: _, ItemProcessor: __, ...own }: { readonly [field: string]: unknown } = { ...state };
  return own;
}
