import { Token } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { isObject, type Json, type JsonObject } from '../protocol/json.ts';
import { PRIVATE_HOSTS_CONTEXT } from '../protocol/private-hosts.ts';
import type { ReadableSecret } from './function-secrets.ts';
import { WorkflowError } from './workflow-error.ts';

/** The values of a flow's variables, and the secrets that hold the values of its secret variables. */
export interface ContextValues {
  readonly variables: { readonly [name: string]: Json };
  readonly secrets: { readonly [name: string]: ReadableSecret };
}

/**
 * The variables and secrets of a workflow: those of its properties, then those of the app's context. `stepflow:variables`
 * has values, `stepflow:secrets` the names of secrets in Secrets Manager, each by the variable's name. Both are maps, or
 * maps as JSON text, which is how `cdk deploy -c` passes them.
 */
export function contextValuesOf(
  workflow: Construct,
  { variables = {}, secrets = {} }: Partial<ContextValues>,
): ContextValues {
  const named = Object.entries(contextMap(workflow, 'stepflow:secrets'))
    .filter(([name]) => secrets[name] === undefined)
    .map(([name, secret]) => [name, secretNamed(workflow, name, secret)] as const);
  const values = { ...contextMap(workflow, 'stepflow:variables'), ...variables };
  for (const [name, value] of Object.entries(values)) refuseToken(workflow, name, value);
  return { variables: values, secrets: { ...Object.fromEntries(named), ...secrets } };
}

/** The hosts at private addresses that functions may ask, as in their environment; undefined: none. */
export function privateHostsOf(scope: Construct): string | undefined {
  const found: unknown = scope.node.tryGetContext(PRIVATE_HOSTS_CONTEXT);
  const hosts: readonly unknown[] = Array.isArray(found) ? found : [found];
  if (found === undefined) return undefined;
  if (hosts.every((host) => typeof host === 'string')) return hosts.join(' ');
  const remedy = `give host names, such as -c ${PRIVATE_HOSTS_CONTEXT}="10.0.0.7 search.internal"`;
  throw new WorkflowError(scope, `The context "${PRIVATE_HOSTS_CONTEXT}" is ${JSON.stringify(found)}; ${remedy}`);
}

function contextMap(workflow: Construct, key: string): JsonObject {
  const found: unknown = workflow.node.tryGetContext(key) ?? {};
  const value = typeof found === 'string' ? parse(found) : found;
  if (isObject(value)) return value as JsonObject;
  const text = JSON.stringify(found);
  const remedy = `give a map, such as -c ${key}='{"name": "value"}'`;
  throw new WorkflowError(workflow, `The context "${key}" is ${text}, which is not a map; ${remedy}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Each workflow has its own construct for a secret: `Secret.fromSecretNameV2` creates no resource. */
function secretNamed(workflow: Construct, variable: string, name: Json): ReadableSecret {
  if (typeof name === 'string' && name.startsWith('arn:')) {
    return secretsmanager.Secret.fromSecretCompleteArn(workflow, `Secret-${variable}`, name);
  }
  if (typeof name === 'string') return secretsmanager.Secret.fromSecretNameV2(workflow, `Secret-${variable}`, name);
  const remedy = `give the secret's name or ARN, such as -c stepflow:secrets='{"${variable}": "NAME"}'`;
  throw new WorkflowError(
    workflow,
    `The context "stepflow:secrets" has ${JSON.stringify(name)} for "${variable}"; ${remedy}`,
  );
}

/** A flow is compiled when the app is synthesised, so its variables cannot be tokens, which are resolved at deployment. */
function refuseToken(workflow: Construct, name: string, value: Json): void {
  if (!Token.isUnresolved(JSON.stringify(value))) return;
  const remedy = 'give a value that is known when the app is synthesised, or pass it in the input of the flow';
  throw new WorkflowError(workflow, `The value of the variable "${name}" is only known at deployment; ${remedy}`);
}
