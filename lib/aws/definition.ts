import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Names, Stack, Stage } from 'aws-cdk-lib';
import { DefinitionBody } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { State, StateMachine } from '../asl/state-machine.ts';
import { mapStates, type Scope, statesIn } from '../asl/walk-states.ts';
import type { Compiled } from '../compiler/compile.ts';
import { componentIn, INVOKE, invocationIn, taskTimeout } from '../protocol/component-task.ts';
import type { Invocation } from '../protocol/invocation.ts';
import { isObject } from '../protocol/json.ts';
import { jsonTokens } from '../protocol/json-tokens.ts';
import { PLACEHOLDER_FIELDS, type Placeholder, readPlaceholder } from '../protocol/placeholders.ts';
import type { Plain } from '../protocol/templated.ts';
import { sha256 } from '../runtime/stores/blobs.ts';

/** The properties of a state machine construct that hold its definition. */
export interface DefinitionProps {
  readonly definitionBody: DefinitionBody;
  readonly definitionSubstitutions?: { [key: string]: string };
}

/**
 * A definition of up to this many characters is written into the template, where `cdk diff` shows it. A template is limited
 * to 1 MB, so a longer definition is uploaded as an asset. So is one with `${`, which CloudFormation would substitute.
 */
const INLINE_CHARACTERS = 50_000;

/** All definitions in a template have this many characters, so that there is room for what belongs to them. */
const INLINE_IN_ALL = 250_000;

const inlineByStack = new WeakMap<Stack, number>();

/** Whether there is room for a definition in the template, which then has it. */
function takesRoom(scope: Construct, characters: number): boolean {
  const stack = Stack.of(scope);
  const all = (inlineByStack.get(stack) ?? 0) + characters;
  if (characters > INLINE_CHARACTERS || all > INLINE_IN_ALL) return false;
  inlineByStack.set(stack, all);
  return true;
}

/** The ARNs that a definition needs, which are resolved at deployment. */
export interface Arns {
  /** The ARN of a component's function, by the path that the flow uses. */
  readonly component: (path: string) => string;
  /** The timeout of a component's function in seconds, by the same path. @default as long as the definition says */
  readonly seconds?: (path: string) => number | undefined;
  /** The ARN of a nested state machine, by its name. */
  readonly machine: (name: string) => string;
  /** The definition's Comment, which may have what is resolved at deployment, too. @default none */
  readonly comment?: string;
  /** The URL of a queue, by its name. @default there is none */
  readonly queue?: (name: string) => string;
}

const arnIn = (arns: Arns, kind: Placeholder['kind'], name: string): string => arns[kind]?.(name) ?? name;

/** The state machines of a compiled flow: its own, and the nested ones. */
export const machinesOf = ({ stateMachine, nestedMachines }: Compiled): readonly StateMachine[] =>
  stateMachine ? [stateMachine, ...nestedMachines.map((nested) => nested.stateMachine)] : [];

/** The components that a compiled state machine calls, by the paths that the flow uses, without duplicates. */
export function componentsOf(machine: StateMachine): readonly string[] {
  const found = placeholdersOf(machine);
  return found.flatMap(({ kind, name }) => (kind === 'component' ? [name] : [])).sort();
}

function placeholdersOf(machine: StateMachine): readonly Placeholder[] {
  const found = new Map<string, Placeholder>();
  mapArns(machine, (placeholder) => {
    found.set(`${placeholder.kind} ${placeholder.name}`, placeholder);
    return '';
  });
  return [...found.values()];
}

/** A call of a component's function: the component's path in the flow, and the payload, in whose `input` expressions are text. */
export interface Call {
  readonly component: string;
  readonly invocation: Invocation;
}

/** Every call in a compiled state machine, one for each Task state that calls a component. */
export function callsOf(machine: Scope): readonly Call[] {
  return statesIn(machine).flatMap(([name, state]): readonly Call[] => {
    const call = state.Type === 'Task' ? state.Arguments : undefined;
    const component = componentIn(call);
    return component === undefined ? [] : [{ component, invocation: invocationIn(call, name) }];
  });
}

/**
 * The definition of a state machine, with ARNs in place of its placeholders. `suffix` tells its file from those of the
 * scope's other state machines.
 */
export function definitionProps(scope: Construct, compiled: StateMachine, arns: Arns, suffix = ''): DefinitionProps {
  const { comment } = arns;
  const machine = withFunctionTimeouts(comment === undefined ? compiled : { Comment: '', ...compiled }, arns.seconds);
  const withoutArns = JSON.stringify(mapArns(machine, () => ''));
  if (withoutArns.includes('${') || !takesRoom(scope, withoutArns.length))
    return uploadedDefinition(scope, machine, arns, suffix);
  const places = placesOf(machine);
  const text = writtenWith(machine, places, (key) => {
    if (key === COMMENT_KEY) return inJson(comment);
    const { kind, name } = places.get(key) ?? { kind: 'component', name: key };
    return arnIn(arns, kind, name);
  });
  return { definitionBody: DefinitionBody.fromString(text) };
}

function uploadedDefinition(scope: Construct, machine: StateMachine, arns: Arns, suffix: string): DefinitionProps {
  const places = placesOf(machine);
  const file = join(Stage.of(scope)?.outdir ?? tmpdir(), `${Names.uniqueId(scope)}${suffix}.asl.json`);
  writeFileSync(
    file,
    writtenWith(machine, places, (key) => `\${${key}}`),
  );
  const { comment } = arns;
  const substitutions = [
    ...[...places].map(([key, { kind, name }]) => [key, arnIn(arns, kind, name)]),
    ...(comment === undefined ? [] : [[COMMENT_KEY, inJson(comment)]]),
  ];
  return { definitionBody: DefinitionBody.fromFile(file), definitionSubstitutions: Object.fromEntries(substitutions) };
}

/** The key of the Comment's substitution. */
export const COMMENT_KEY = 'comment';

/** A text as it stands between the quotes of a JSON text. */
const inJson = (text = ''): string => JSON.stringify(text).slice(1, -1);

/** The placeholders of a definition, by the keys of their substitutions: `function0`, `machine0`. */
function placesOf(machine: StateMachine): ReadonlyMap<string, Placeholder> {
  const counts = { component: 0, machine: 0, queue: 0 };
  const sorted = [...placeholdersOf(machine)].sort((a, b) => (a.name < b.name ? -1 : 1));
  return new Map(sorted.map((one) => [`${KEY_PREFIXES[one.kind]}${counts[one.kind]++}`, one]));
}

const KEY_PREFIXES = { component: 'function', machine: 'machine', queue: 'queue' } as const;

/** The JSON of a definition, in which `write` says what stands for a placeholder. All else reaches AWS as it is. */
function writtenWith(
  machine: StateMachine,
  places: ReadonlyMap<string, Placeholder>,
  write: (key: string) => string,
): string {
  const keys = new Map([...places].map(([key, { kind, name }]) => [`${kind} ${name}`, key]));
  // No text of the flow contains it.
  const mark = sha256(JSON.stringify(machine));
  const marked = mapArns(machine, ({ kind, name }) => `${mark}-${keys.get(`${kind} ${name}`)}-`);
  const commented = 'Comment' in machine ? { ...marked, Comment: `${mark}-${COMMENT_KEY}-` } : marked;
  const json = JSON.stringify(commented);
  return withoutReferences(json).replace(new RegExp(`${mark}-(\\w+)-`, 'g'), (_, key: string) => write(key));
}

/**
 * JSON without what CloudFormation (`${…}`, `{{resolve:…}}`) or the CDK would replace in a text (`${Token[…]}`, `#{Token[…]}`, and
 * numbers with the exponent 289, by which it means others): it is written in another way that means the same.
 */
function withoutReferences(json: string): string {
  let written = '';
  let at = 0;
  for (const { token, index } of jsonTokens(json, /e\+289/)) {
    written += json.slice(at, index) + (token.startsWith('"') ? withoutReferencesInString(token) : token.toUpperCase());
    at = index + token.length;
  }
  return written + json.slice(at);
}

const withoutReferencesInString = (text: string): string =>
  text.replace(/[$#](?=\{)|\{(?=\{)|e(?=\+289)/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`);

/** A state machine whose Tasks wait no longer for a function than it can take: see `taskTimeout`. */
const withFunctionTimeouts = (machine: StateMachine, secondsOf: Arns['seconds'] = () => undefined): StateMachine =>
  mapStates(machine, (state) => {
    // A component that waits takes longer than its function.
    const component = state.Type === 'Task' && state.Resource === INVOKE ? componentIn(state.Arguments) : undefined;
    const seconds = component === undefined ? undefined : secondsOf(component);
    if (state.Type !== 'Task' || seconds === undefined || typeof state.TimeoutSeconds !== 'number') return state;
    return { ...state, TimeoutSeconds: Math.min(state.TimeoutSeconds, taskTimeout(seconds)) };
  });

/** An ARN is no expression. */
type ToArn = (placeholder: Placeholder) => string;

const mapArns = (machine: StateMachine, toArn: ToArn): StateMachine =>
  mapStates(machine, (state) => withArns(state, toArn));

function withArns(state: State, toArn: ToArn): State {
  if (state.Type !== 'Task' || !isObject(state.Arguments)) return state;
  const call = state.Arguments;
  const changed = PLACEHOLDER_FIELDS.flatMap((field): [string, Plain][] => {
    const placeholder = readPlaceholder(call[field]);
    return placeholder ? [[field, toArn(placeholder) as Plain]] : [];
  });
  return changed.length === 0 ? state : { ...state, Arguments: { ...call, ...Object.fromEntries(changed) } };
}
