import type { State } from '../../asl/state-machine.ts';
import type { Json, JsonObject } from '../../protocol/json.ts';
import type { Visit } from '../execution/visit.ts';
import type { Section } from './section.ts';

/** How a state was left: its output, what it assigned, and the next state's name; without one its branch ends. */
export interface Exit {
  readonly output: Json;
  readonly assigned?: JsonObject | undefined;
  readonly next?: string | undefined;
}

/** A state, ready to run. `run` rejects with a StateFailure or a FieldError. */
export interface CompiledState {
  readonly name: string;
  readonly type: State['Type'];
  /** Whether its task waits for a token, which the context object then holds. */
  readonly waitsForToken: boolean;
  run(visit: Visit): Promise<Exit>;
}

/** A state machine, a branch or an item processor, ready to run. */
export interface CompiledMachine {
  readonly start: CompiledState;
  readonly states: ReadonlyMap<string, CompiledState>;
}

/** What a state type needs to compile its states: the machine around them, and machines inside them. */
export interface Loader {
  /** The name in `Next` (or `key`), which must be a state of the same machine. */
  target(section: Section, key?: string): string | undefined;
  /** The next state's name, or undefined at the end; a state must have either Next or End. */
  transition(section: Section): string | undefined;
  /** A branch or an item processor. `isolated`: its states see no outer variables, as in a distributed Map. */
  machine(section: Section, isolated?: boolean): CompiledMachine | undefined;
  /** Notes the label of a Map, which no other may have. */
  label(section: Section, label: string): void;
}

/** Compiles the states of one type. */
export type StateCompiler = (name: string, section: Section, loader: Loader) => CompiledState;
