import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Names, Stack, Stage } from 'aws-cdk-lib';
import { DefinitionBody } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { State, StateMachine } from '../asl/state-machine.ts';
import { mapStates, type Scope, statesIn } from '../asl/walk-states.ts';
import type { Compiled } from '../compiler/compile.ts';
import { componentIn, invocationIn } from '../protocol/component-task.ts';
import type { Invocation } from '../protocol/invocation.ts';
import { isObject } from '../protocol/json.ts';
import { PLACEHOLDER_FIELDS, type Placeholder, readPlaceholder } from '../protocol/placeholders.ts';
import type { Plain } from '../protocol/templated.ts';

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

/** The ARNs that a definition needs, which are resolved at deployment. */
export interface Arns {
  /** The ARN of a component's function, by the path that the flow uses. */
  readonly component: (path: string) => string;
  /** The ARN of a nested state machine, by its name. */
  readonly machine: (name: string) => string;
}

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
export function definitionProps(scope: Construct, machine: StateMachine, arns: Arns, suffix = ''): DefinitionProps {
  const withoutArns = JSON.stringify(mapArns(machine, () => ''));
  if (withoutArns.length > INLINE_CHARACTERS || withoutArns.includes('${'))
    return uploadedDefinition(scope, machine, arns, suffix);
  const text = Stack.of(scope).toJsonString(mapArns(machine, ({ kind, name }) => arns[kind](name)));
  return { definitionBody: DefinitionBody.fromString(text) };
}

function uploadedDefinition(scope: Construct, machine: StateMachine, arns: Arns, suffix: string): DefinitionProps {
  const sorted = [...placeholdersOf(machine)].sort((a, b) => (a.name < b.name ? -1 : 1));
  const keyOf = ({ kind, name }: Placeholder): string => {
    const same = sorted.filter((one) => one.kind === kind);
    return `${KEY_PREFIXES[kind]}${same.findIndex((one) => one.name === name)}`;
  };
  const keys = new Map(sorted.map((one) => [`${one.kind} ${one.name}`, keyOf(one)]));
  const text = JSON.stringify(mapArns(machine, ({ kind, name }) => `\u0000${keys.get(`${kind} ${name}`)}\u0000`));
  const file = join(Stage.of(scope)?.outdir ?? tmpdir(), `${Names.uniqueId(scope)}${suffix}.asl.json`);
  writeFileSync(file, withSubstitutions(text));
  const substitutions = sorted.map((one) => [keyOf(one), arns[one.kind](one.name)]);
  return { definitionBody: DefinitionBody.fromFile(file), definitionSubstitutions: Object.fromEntries(substitutions) };
}

const KEY_PREFIXES = { component: 'function', machine: 'machine' } as const;

/** CloudFormation substitutes every `${…}` in the file, so a `${` of the flow itself is written with a JSON escape. */
const withSubstitutions = (json: string): string =>
  json.replaceAll('${', '\\u0024{').replace(/\\u0000((?:function|machine)\d+)\\u0000/g, '${$1}');

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
