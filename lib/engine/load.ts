import type { QueryLanguage, State, StateMachine } from '../asl/state-machine.ts';
import { isObject, type JsonObject } from '../runtime/json.ts';
import { ScopeNode } from './assignments.ts';
import { compileChoice } from './choice.ts';
import type { CompiledMachine, CompiledState, Loader, StateCompiler } from './compiled.ts';
import { compileFail } from './fail.ts';
import { DefinitionError, type Problem } from './failures.ts';
import { checkLanguage } from './languages.ts';
import { compileMap } from './map.ts';
import { compileParallel } from './parallel.ts';
import { compilePass } from './pass.ts';
import { Section } from './section.ts';
import { compileSucceed } from './succeed.ts';
import { compileTask } from './task.ts';
import { compileWait } from './wait.ts';

/** A state machine that has been checked and whose expressions are parsed. It may run any number of times, also at once. */
export interface LoadedStateMachine {
  readonly definition: StateMachine | JsonObject;
  readonly machine: CompiledMachine;
  /** Seconds after which an execution times out. */
  readonly timeoutSeconds: number | undefined;
}

const COMPILERS: Readonly<Record<State['Type'], StateCompiler>> = {
  Task: compileTask,
  Pass: compilePass,
  Choice: compileChoice,
  Wait: compileWait,
  Succeed: compileSucceed,
  Fail: compileFail,
  Parallel: compileParallel,
  Map: compileMap,
};

/** AWS's limit on the length of a state's name. */
const LONGEST_NAME = 80;

const loaded = new WeakMap<object, LoadedStateMachine>();

/**
 * Loads a definition; the same object is loaded once only, so it must not be changed afterwards.
 * Throws a {@link DefinitionError} with all that is wrong in it.
 */
export function loadStateMachine(definition: StateMachine | JsonObject): LoadedStateMachine {
  const known = loaded.get(definition);
  if (known) return known;
  const problems: Problem[] = [];
  const result = load(definition, problems);
  if (result === undefined || problems.length > 0) throw new DefinitionError(problems);
  loaded.set(definition, result);
  return result;
}

function load(definition: StateMachine | JsonObject, problems: Problem[]): LoadedStateMachine | undefined {
  if (!isObject(definition)) {
    problems.push({ pointer: '', message: 'wanted an object with StartAt and States' });
    return undefined;
  }
  // A StateMachine is JSON; the loader checks each field itself, whatever its type says.
  const section = new Section(definition as JsonObject, '', problems, languageOf(definition as JsonObject, 'JSONPath'));
  const scope = new ScopeNode();
  const machine = new MachineLoader(section, new Map(), scope).load();
  scope.check(problems);
  const seconds = section.number('TimeoutSeconds', 0, 1);
  return machine && { definition, machine, timeoutSeconds: seconds > 0 ? seconds : undefined };
}

const languageOf = (value: JsonObject, inherited: QueryLanguage): QueryLanguage =>
  value.QueryLanguage === 'JSONata' || value.QueryLanguage === 'JSONPath' ? value.QueryLanguage : inherited;

/** Loads one machine: the whole, a branch, or an item processor. */
class MachineLoader implements Loader {
  readonly #section: Section;
  readonly #names: Map<string, string>;
  readonly #scope: ScopeNode;
  readonly #targets = new Map<string, string>();

  /** `names`: all states of the whole definition so far, with their pointers. */
  constructor(section: Section, names: Map<string, string>, scope: ScopeNode) {
    this.#section = section;
    this.#names = names;
    this.#scope = scope;
  }

  load(): CompiledMachine | undefined {
    const section = this.#section;
    if (section.has('QueryLanguage') && section.value.QueryLanguage !== section.language)
      section.problem('wanted "JSONata" or "JSONPath"', 'QueryLanguage');
    const startAt = section.text('StartAt');
    if (startAt === undefined) section.problem("wanted the first state's name", 'StartAt');
    else this.#targets.set(startAt, section.pointerTo('StartAt'));
    const states = section.section('States');
    if (states === undefined) section.problem('wanted an object with a state for each name', 'States');
    const compiled = new Map<string, CompiledState>();
    for (const name of Object.keys(states?.value ?? {})) {
      const state = states && this.#state(name, states);
      if (state) compiled.set(name, state);
    }
    if (states) this.#checkTargets(states);
    const start = compiled.get(startAt ?? '');
    return start && { start, states: compiled };
  }

  #state(name: string, states: Section): CompiledState | undefined {
    const value = states.value[name];
    if (!isObject(value)) {
      states.problem('wanted a state: an object with a Type', name);
      return undefined;
    }
    const section = new Section(value, states.pointerTo(name), states.problems, languageOf(value, states.language));
    this.#checkName(name, section);
    checkLanguage(section, states.language);
    const type = section.text('Type') ?? '';
    // An own key of the table is a type.
    const compiler = Object.hasOwn(COMPILERS, type) ? COMPILERS[type as State['Type']] : undefined;
    if (compiler === undefined)
      section.problem(`found '${type}', wanted one of ${Object.keys(COMPILERS).join(', ')}`, 'Type');
    this.#scope.note(section);
    return compiler?.(name, section, this);
  }

  #checkName(name: string, section: Section): void {
    const other = this.#names.get(name);
    if (other !== undefined)
      section.problem(`the state '${name}' is also at ${other}: names must be unique in the whole definition`);
    this.#names.set(name, section.pointer);
    if (name.length > LONGEST_NAME)
      section.problem(`a name has ${LONGEST_NAME} characters at most, this one has ${name.length}`);
  }

  /** Every name that is pointed to is a state here, and every state is pointed to. */
  #checkTargets(states: Section): void {
    for (const [name, pointer] of this.#targets) {
      if (states.has(name)) continue;
      const known = Object.keys(states.value).join(', ');
      states.problems.push({ pointer, message: `there is no state '${name}' here; there are: ${known}` });
    }
    for (const name of Object.keys(states.value)) {
      if (!this.#targets.has(name)) states.problem(`no state leads to '${name}'`, name);
    }
  }

  target(section: Section, key = 'Next'): string | undefined {
    const name = section.text(key);
    if (name === undefined) section.problem("wanted the next state's name", key);
    else this.#targets.set(name, section.pointerTo(key));
    return name;
  }

  transition(section: Section): string | undefined {
    const ends = section.value.End === true;
    if (ends && section.has('Next')) section.problem('found both Next and End, wanted one of them');
    if (ends) return undefined;
    if (section.has('Next')) return this.target(section);
    section.problem('found neither Next nor End: true, wanted one of them');
    return undefined;
  }

  machine(section: Section, isolated = false): CompiledMachine | undefined {
    const scope = isolated ? this.#scope.isolated() : this.#scope.inside();
    return new MachineLoader(section, this.#names, scope).load();
  }
}
