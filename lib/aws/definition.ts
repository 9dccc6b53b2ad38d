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

/** What a state machine construct takes of a compiled definition. */
export interface DefinitionProps {
  readonly definitionBody: DefinitionBody;
  readonly definitionSubstitutions?: { [key: string]: string };
}

/**
 * Characters up to which a definition stands in the template itself, where a diff shows it. A template holds 1 MB in
 * all; a longer definition is uploaded beside it, and so is one that CloudFormation would take for a template of its own.
 */
const INLINE = 50_000;

/** The ARNs that a definition needs, known when it is deployed. */
export interface Arns {
  /** Of the function of a component, by the path that the flow writes. */
  readonly component: (path: string) => string;
  /** Of a state machine that is nested in this one, by its name. */
  readonly machine: (name: string) => string;
}

/** The state machines of a compiled flow: its own, and those that are nested in it. */
export const machinesOf = ({ stateMachine, nestedMachines }: Compiled): readonly StateMachine[] =>
  stateMachine ? [stateMachine, ...nestedMachines.map((nested) => nested.stateMachine)] : [];

/** The components that a compiled state machine calls, by their paths as the flow writes them, each once. */
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

/** A call of a component's function: the component as the flow writes it, and the payload, in whose `input` expressions are text. */
export interface Call {
  readonly component: string;
  readonly invocation: Invocation;
}

/** Every call in a compiled state machine, one a state. */
export function callsOf(machine: Scope): readonly Call[] {
  return statesIn(machine).flatMap(([name, state]): readonly Call[] => {
    const call = state.Type === 'Task' ? state.Arguments : undefined;
    const component = componentIn(call);
    return component === undefined ? [] : [{ component, invocation: invocationIn(call, name) }];
  });
}

/** The definition of a state machine, with ARNs in the placeholders' place. `part`: which one of the scope's it is. */
export function definitionProps(scope: Construct, machine: StateMachine, arns: Arns, part = ''): DefinitionProps {
  const own = JSON.stringify(mapArns(machine, () => ''));
  if (own.length > INLINE || own.includes('${')) return uploaded(scope, machine, arns, part);
  const text = Stack.of(scope).toJsonString(mapArns(machine, ({ kind, name }) => arns[kind](name)));
  return { definitionBody: DefinitionBody.fromString(text) };
}

function uploaded(scope: Construct, machine: StateMachine, arns: Arns, part: string): DefinitionProps {
  const sorted = [...placeholdersOf(machine)].sort((a, b) => (a.name < b.name ? -1 : 1));
  const keyOf = ({ kind, name }: Placeholder): string => {
    const same = sorted.filter((one) => one.kind === kind);
    return `${KEYS[kind]}${same.findIndex((one) => one.name === name)}`;
  };
  const keys = new Map(sorted.map((one) => [`${one.kind} ${one.name}`, keyOf(one)]));
  const text = JSON.stringify(mapArns(machine, ({ kind, name }) => `\u0000${keys.get(`${kind} ${name}`)}\u0000`));
  const file = join(Stage.of(scope)?.outdir ?? tmpdir(), `${Names.uniqueId(scope)}${part}.asl.json`);
  writeFileSync(file, withSubstitutions(text));
  const given = sorted.map((one) => [keyOf(one), arns[one.kind](one.name)]);
  return { definitionBody: DefinitionBody.fromFile(file), definitionSubstitutions: Object.fromEntries(given) };
}

const KEYS = { component: 'function', machine: 'machine' } as const;

/** Where CloudFormation substitutes, it does so everywhere: a flow's own `${` is spelled so that it is not taken for a key. */
const withSubstitutions = (json: string): string =>
  json.replaceAll('${', '\\u0024{').replace(/\\u0000((?:function|machine)\d+)\\u0000/g, '${$1}');

type Change = (placeholder: Placeholder) => string;

const mapArns = (machine: StateMachine, change: Change): StateMachine =>
  mapStates(machine, (state) => withArns(state, change));

function withArns(state: State, change: Change): State {
  if (state.Type !== 'Task' || !isObject(state.Arguments)) return state;
  const call = state.Arguments;
  const changed = PLACEHOLDER_FIELDS.flatMap((field): [string, string][] => {
    const placeholder = readPlaceholder(call[field]);
    return placeholder ? [[field, change(placeholder)]] : [];
  });
  return changed.length === 0 ? state : { ...state, Arguments: { ...call, ...Object.fromEntries(changed) } };
}
