import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

// Formatted from names: roles refer to state machines, and these to their roles, so references would be circular.

/** The ARN of the state machine of a name in the account and region of `scope`; the name may have wildcards. */
export const stateMachineArn = (scope: Construct, name: string): string => arnOf(scope, 'stateMachine', name);

/** The ARN of an execution: `NAME:ID`, or `NAME/LABEL:ID` for an iteration of a distributed Map. It may have wildcards. */
export const executionArn = (scope: Construct, name: string): string => arnOf(scope, 'execution', name);

/** The ARN of a Map Run: `NAME/LABEL:ID`. It may have wildcards. */
export const mapRunArn = (scope: Construct, name: string): string => arnOf(scope, 'mapRun', name);

const arnOf = (scope: Construct, resource: string, resourceName: string): string =>
  Stack.of(scope).formatArn({ service: 'states', resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
