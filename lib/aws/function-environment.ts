import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { QUOTAS } from '../protocol/quotas.ts';
import { sizeOnceDeployed } from './policy-size.ts';
import { WorkflowError } from './workflow-error.ts';

/** Variables of a function's environment, by name. */
export interface Environment {
  readonly [name: string]: string;
}

/** How much of the environment is left, in bytes, once the variables have the values that they get at deployment. */
export function roomIn(scope: Construct, environment: Environment): number {
  const resolved: unknown = Stack.of(scope).resolve(environment);
  return QUOTAS.functionEnvironment - sizeOnceDeployed(resolved);
}

/**
 * What Lambda keeps for itself, and what this package does. Source: "Using Lambda environment variables", AWS Lambda developer
 * guide.
 */
const RESERVED =
  /^(?:_HANDLER|_X_AMZN_TRACE_ID|AWS_(?:DEFAULT_REGION|REGION|EXECUTION_ENV|LAMBDA_\w*|ACCESS_KEY|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR|STEPFLOW_\w*)$/;

const NAME = /^[A-Za-z][A-Za-z0-9_]+$/;

/** Refuses variables that a function cannot have. */
export function refuseVariables(scope: Construct, environment: Environment): void {
  for (const name of Object.keys(environment)) {
    if (RESERVED.test(name)) {
      const owner = name.startsWith('STEPFLOW_') ? 'this package sets itself' : 'Lambda sets itself';
      throw new WorkflowError(
        scope,
        `The variable "${name}" in "environment" is one that ${owner}; choose another name`,
      );
    }
    if (NAME.test(name)) continue;
    const remedy = 'start it with a letter, followed by letters, digits and _, two characters at least';
    throw new WorkflowError(scope, `The name "${name}" in "environment" is none that Lambda takes; ${remedy}`);
  }
}

/** The options of Node that are given, besides those of this package. */
export const withNodeOptions = (own: Environment, { NODE_OPTIONS: more, ...given }: Environment): Environment => ({
  ...given,
  ...own,
  ...(more !== undefined && { NODE_OPTIONS: `${own.NODE_OPTIONS ?? ''} ${more}`.trim() }),
});

/** Refuses an environment that Lambda would refuse at deployment: one that leaves less than no `room`. */
export function refuseLongEnvironment(scope: Construct, environment: Environment, room: number): void {
  if (room >= 0) return;
  const longest = Object.entries(environment).sort((a, b) => b[1].length - a[1].length)[0]?.[0];
  const remedy = `shorten "${longest}", read large values from a file or a secret, or divide what one function needs among several flows`;
  throw new WorkflowError(
    scope,
    `Its environment may have up to ${QUOTAS.functionEnvironment - room} bytes, and Lambda allows ${QUOTAS.functionEnvironment}; ${remedy}`,
  );
}
