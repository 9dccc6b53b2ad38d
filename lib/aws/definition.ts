import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Names, Stack, Stage } from 'aws-cdk-lib';
import { DefinitionBody } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { Branch, State, StateMachine, TaskState } from '../asl/state-machine.ts';
import { isObject, type JsonObject } from '../runtime/json.ts';

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

const PLACEHOLDER = /^\$\{component:(.+)\}$/s;

/** The components that a compiled state machine calls, by their paths as the flow writes them, each once. */
export function componentsOf(machine: StateMachine): readonly string[] {
  const paths = new Set<string>();
  mapFunctions(machine, (path) => {
    paths.add(path);
    return path;
  });
  return [...paths].sort();
}

/** A call of a component's function: the component as the flow writes it, and the `Invocation`, in which expressions are text. */
export interface Call {
  readonly component: string;
  readonly payload: JsonObject;
}

/** Every call in a compiled state machine. */
export function callsOf(machine: StateMachine | Branch): readonly Call[] {
  return Object.values(machine.States).flatMap((state): readonly Call[] => {
    if (state.Type === 'Parallel') return state.Branches.flatMap(callsOf);
    if (state.Type === 'Map') return callsOf(state.ItemProcessor);
    const call = state.Type === 'Task' ? state.Arguments : undefined;
    const component = isObject(call) && PLACEHOLDER.exec(String(call.FunctionName))?.[1];
    return component && isObject(call.Payload) ? [{ component, payload: call.Payload }] : [];
  });
}

/** The definition of a state machine, with the functions' ARNs, known when deployed, in the placeholders' place. */
export function definitionProps(
  scope: Construct,
  machine: StateMachine,
  arnOf: (component: string) => string,
): DefinitionProps {
  const own = JSON.stringify(mapFunctions(machine, () => ''));
  if (own.length > INLINE || own.includes('${')) return uploaded(scope, machine, arnOf);
  const text = Stack.of(scope).toJsonString(mapFunctions(machine, arnOf));
  return { definitionBody: DefinitionBody.fromString(text) };
}

function uploaded(scope: Construct, machine: StateMachine, arnOf: (component: string) => string): DefinitionProps {
  const keys = componentsOf(machine);
  const keyOf = (component: string): string => `function${keys.indexOf(component)}`;
  const text = JSON.stringify(mapFunctions(machine, (component) => `\u0000${keyOf(component)}\u0000`));
  const file = join(Stage.of(scope)?.outdir ?? tmpdir(), `${Names.uniqueId(scope)}.asl.json`);
  writeFileSync(file, withSubstitutions(text));
  return {
    definitionBody: DefinitionBody.fromFile(file),
    definitionSubstitutions: Object.fromEntries(keys.map((component) => [keyOf(component), arnOf(component)])),
  };
}

/** Where CloudFormation substitutes, it does so everywhere: a flow's own `${` is spelled so that it is not taken for a key. */
const withSubstitutions = (json: string): string =>
  json.replaceAll('${', '\\u0024{').replace(/\\u0000(function\d+)\\u0000/g, '${$1}');

function mapFunctions<T extends StateMachine | Branch>(machine: T, change: (component: string) => string): T {
  const states = Object.entries(machine.States).map(([name, state]) => [name, mapState(state, change)]);
  return { ...machine, States: Object.fromEntries(states) };
}

function mapState(state: State, change: (component: string) => string): State {
  switch (state.Type) {
    case 'Task':
      return mapTask(state, change);
    case 'Parallel':
      return { ...state, Branches: state.Branches.map((branch) => mapFunctions(branch, change)) };
    case 'Map':
      return { ...state, ItemProcessor: mapFunctions(state.ItemProcessor, change) };
    default:
      return state;
  }
}

function mapTask(state: TaskState, change: (component: string) => string): TaskState {
  const call = state.Arguments;
  if (!isObject(call) || typeof call.FunctionName !== 'string') return state;
  const component = PLACEHOLDER.exec(call.FunctionName)?.[1];
  return component === undefined ? state : { ...state, Arguments: { ...call, FunctionName: change(component) } };
}
