import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { FlowError } from './errors.ts';
import type { DirectInvocation, Slots } from './invocation.ts';
import { isObject, type Json } from './json.ts';

/**
 * Calls another component as a step of its own. Rejects with an error whose `name` is the failure's code. `id` identifies
 * the call among those that the calling component makes; the same input must lead to the same ids.
 */
export type CallComponent = (component: string, invocation: DirectInvocation, id?: string) => Promise<Slots>;

/**
 * The environment variable with the functions that a function may call for flows that are only known at run time: a JSON
 * object from component path to function and version, `NAME:7`; or, since the environment of a function is limited,
 * `FILE END 7,12,…`: a file in the function's root that has an object from component path to the start of the function's name,
 * the end of all the names, and the versions in the order of the file.
 */
export const COMPONENTS_VARIABLE = 'STEPFLOW_COMPONENTS';

/** Invokes a function of AWS Lambda and returns its payload; `failed` is true if the function threw. */
export type InvokeFunction = (
  name: string,
  payload: string,
) => Promise<{ readonly payload: string; readonly failed: boolean }>;

/** Calls components through the functions that the environment names. `load` loads the Lambda client at the first call. */
export function callFunctions(
  load: () => Promise<InvokeFunction>,
  env: NodeJS.ProcessEnv = process.env,
): CallComponent {
  let invoke: Promise<InvokeFunction> | undefined;
  return async (component, invocation) => {
    const name = functionName(component, env);
    invoke ??= load();
    const { payload, failed } = await (await invoke)(name, JSON.stringify(invocation));
    const answer: Json = JSON.parse(payload);
    if (failed) throw failureOf(answer);
    return isObject(answer) ? answer : {};
  };
}

function functionName(component: string, env: NodeJS.ProcessEnv): string {
  const names = functionTable(env);
  const name = isObject(names) ? names[component] : undefined;
  if (typeof name === 'string') return name;
  throw new FlowError('COMPONENT_NOT_FOUND', `${component} is not among the components that this function may call`);
}

function functionTable(env: NodeJS.ProcessEnv): Json {
  const table = env[COMPONENTS_VARIABLE] ?? '{}';
  if (table.startsWith('{')) return JSON.parse(table);
  const [file = '', end = '', versions = ''] = table.split(' ');
  const starts: Json = JSON.parse(readFileSync(resolve(env.LAMBDA_TASK_ROOT ?? '', file), 'utf8'));
  const numbers = versions.split(',');
  const entries = isObject(starts) ? Object.entries(starts) : [];
  return Object.fromEntries(entries.map(([path, start], at) => [path, `${start}${end}:${numbers[at]}`]));
}

/** The error that a function threw, rebuilt from Lambda's answer. */
function failureOf(answer: Json): Error {
  const { errorType, errorMessage } = isObject(answer) ? answer : {};
  const error = new Error(typeof errorMessage === 'string' ? errorMessage : 'the function failed');
  error.name = typeof errorType === 'string' ? errorType : 'COMPONENT_FAILED';
  return error;
}
