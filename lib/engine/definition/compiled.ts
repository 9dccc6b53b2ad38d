import type { State } from '../../asl/state-machine.ts';
import type { Visit } from '../execution/visit.ts';
import type { StateOutput } from './data-flow.ts';
import type { Section } from './section.ts';

/** How a state was left. */
export interface Exit extends StateOutput {
  /** The next state's name; absent where its branch ends. */
  readonly next?: string | undefined;
}

/** A state, ready to run. `run` rejects with a StateFailure or a FieldError. */
export interface CompiledState {
  readonly name: string;
  readonly type: State['Type'];
  /** Whether its task waits for a task token, which is then in the context object. */
  readonly waitsForToken: boolean;
  run(visit: Visit): Promise<Exit>;
}

/** A state machine, a branch or an item processor, ready to run. */
export interface CompiledMachine {
  readonly start: CompiledState;
  readonly states: ReadonlyMap<string, CompiledState>;
}

/** Lets the compiler of a state type refer to the enclosing machine, and compile machines inside the state. */
export interface Loader {
  /** The name in `Next` (or `key`), which must be a state of the same machine. */
  target(section: Section, key?: string): string | undefined;
  /** The next state's name, or undefined with End; a state must have either Next or End. */
  transition(section: Section): string | undefined;
  /** A branch or an item processor. `isolated`: its states see no outer variables, as in a distributed Map. */
  machine(section: Section, isolated?: boolean): CompiledMachine | undefined;
  /** Adds the Label of a Map, which must be unique in the definition. */
  label(section: Section, label: string): void;
}

/** Compiles the states of one type. */
export type StateCompiler = (name: string, section: Section, loader: Loader) => CompiledState;
