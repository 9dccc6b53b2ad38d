import type { QueryLanguage, State } from '../../asl/state-machine.ts';
import { isObject } from '../../protocol/json.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import { ScopeNode } from './assignments.ts';
import type { CompiledMachine, CompiledState, Loader, StateCompiler } from './compiled.ts';
import type { JsonPointer } from './json-pointer.ts';
import { checkLanguage, languageOf } from './languages.ts';
import { EMPTY, expectedType, mustBeOneOf, Section } from './section.ts';
import { STATE_FIELDS } from './state-fields.ts';

/** What the loaders of all machines in a definition share. */
export class DefinitionContext {
  readonly compilers: Readonly<Record<State['Type'], StateCompiler>>;
  /** The state machine's query language, which every state without a declaration of its own inherits, at any depth. */
  readonly language: QueryLanguage;
  readonly scope = new ScopeNode();
  /** All states so far: names are unique in the whole definition. */
  readonly names = new Map<string, JsonPointer>();
  readonly labels = new Set<string>();

  constructor(compilers: DefinitionContext['compilers'], language: QueryLanguage) {
    this.compilers = compilers;
    this.language = language;
  }
}

/** Loads one machine: the definition itself, a branch, or an item processor. */
export class MachineLoader implements Loader {
  readonly #section: Section;
  readonly #context: DefinitionContext;
  readonly #scope: ScopeNode;
  readonly #isInner: boolean;
  /** The possible next states of each state. */
  readonly #transitions = new Map<string, string[]>();
  #states: Section | undefined;
  #current = '';

  constructor(section: Section, context: DefinitionContext, inner?: ScopeNode) {
    this.#section = section;
    this.#context = context;
    this.#scope = inner ?? context.scope;
    this.#isInner = inner !== undefined;
  }

  load(): CompiledMachine | undefined {
    const section = this.#section;
    if (this.#isInner && section.has('QueryLanguage'))
      section.problem("Field 'QueryLanguage' is not supported", 'QueryLanguage', { at: section.pointer });
    section.require('States', 'StartAt');
    const startAt = section.text('StartAt');
    const states = section.section('States');
    if (states === undefined) return undefined;
    this.#states = states;
    const names = Object.keys(states.value);
    if (names.length === 0) section.problem(EMPTY, 'States');
    const compiled = new Map<string, CompiledState>();
    for (const name of names) {
      const state = this.#state(name, states);
      if (state) compiled.set(name, state);
    }
    if (startAt !== undefined) this.#checkGraph(startAt, states);
    const start = compiled.get(startAt ?? '');
    return start && { start, states: compiled };
  }

  #state(name: string, states: Section): CompiledState | undefined {
    const value = states.value[name];
    if (!isObject(value)) {
      states.problem(expectedType('OBJECT'), name);
      return undefined;
    }
    const { language } = this.#context;
    const section = new Section(value, states.pointer.below(name), states.problems, languageOf(value, language));
    this.#checkName(name, section);
    this.#current = name;
    const type = section.require('Type') ? section.text('Type') : undefined;
    if (type === undefined) return undefined;
    if (!isType(type)) {
      section.problem(mustBeOneOf(Object.keys(STATE_FIELDS)), 'Type');
      return undefined;
    }
    section.allow(STATE_FIELDS[type]);
    checkLanguage(section, language);
    this.#scope.addState(name, section);
    return this.#context.compilers[type](name, section, this);
  }

  #checkName(name: string, section: Section): void {
    const { names } = this.#context;
    const other = names.get(name);
    if (other !== undefined)
      section.problem(`Duplicate State name: ${name}`, undefined, {
        code: 'DUPLICATE_STATE_NAME',
        help: `names are unique in the whole definition: it is also at ${other.location}`,
      });
    names.set(name, section.pointer);
    if (name.length > QUOTAS.name)
      section.problem(
        `State name '${name}' exceeds the ${QUOTAS.name}-character limit allowed by the service`,
        undefined,
        {
          code: 'INVALID_STATE_NAME',
        },
      );
  }

  /** Every state must be reachable, and the definition itself needs a terminal state. As on AWS, a branch or a Map needs none. */
  #checkGraph(startAt: string, states: Section): void {
    if (!states.has(startAt)) this.#missing(startAt, this.#section, 'StartAt');
    const names = Object.keys(states.value);
    if (!this.#isInner && !names.some((name) => isEnd(states.value[name]))) {
      const help = 'give a state End: true, or add a Succeed';
      const { all } = states.problems;
      all.push({ code: 'MISSING_END_STATE', message: 'Workflow has no terminal state', pointer: '', help });
      return;
    }
    const reached = this.#reachedFrom(startAt);
    for (const name of names) {
      if (reached.has(name)) continue;
      states.problem(`State "${name}" is not reachable.`, name, { code: 'MISSING_TRANSITION_TARGET' });
    }
  }

  #reachedFrom(startAt: string): ReadonlySet<string> {
    const reached = new Set([startAt]);
    for (const name of reached) for (const next of this.#transitions.get(name) ?? []) reached.add(next);
    return reached;
  }

  #missing(name: string, section: Section, key: string): void {
    const known = Object.keys(this.#states?.value ?? {}).join(', ') || 'none';
    section.problem(`Missing 'Next' target: ${name}`, key, {
      code: 'MISSING_TRANSITION_TARGET',
      help: `the states here are: ${known}`,
    });
  }

  target(section: Section, key = 'Next'): string | undefined {
    if (!section.require(key)) return undefined;
    const name = section.text(key);
    if (name === undefined) return undefined;
    const targets = this.#transitions.get(this.#current);
    if (targets) targets.push(name);
    else this.#transitions.set(this.#current, [name]);
    if (this.#states && !this.#states.has(name)) this.#missing(name, section, key);
    return name;
  }

  transition(section: Section): string | undefined {
    const ends = section.value.End === true;
    const both = ends && section.has('Next');
    if (both) section.problem('There should only be one of the following fields: [Next, End]');
    if (ends) return undefined;
    if (section.has('Next')) return this.target(section);
    section.problem('This object should have only one of the following fields: [Next, End]');
    return undefined;
  }

  label(section: Section, label: string): void {
    const { labels } = this.#context;
    if (labels.has(label)) section.problem(`Duplicate Label name: ${label}`, 'Label', { code: 'DUPLICATE_LABEL_NAME' });
    labels.add(label);
  }

  machine(section: Section, isolated = false): CompiledMachine | undefined {
    const scope = isolated ? this.#scope.isolated() : this.#scope.inner(this.#current);
    return new MachineLoader(section, this.#context, scope).load();
  }
}

const isType = (type: string): type is State['Type'] => Object.hasOwn(STATE_FIELDS, type);

const isEnd = (state: unknown): boolean =>
  typeof state === 'object' &&
  state !== null &&
  (('End' in state && state.End === true) || ('Type' in state && (state.Type === 'Succeed' || state.Type === 'Fail')));
