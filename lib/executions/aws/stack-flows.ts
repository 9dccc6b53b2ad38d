import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { nearest } from '../../flow/text/nearest.ts';
import { flowNameOf } from '../../project/flow-names.ts';
import { flowOfDescription } from '../../protocol/deployed.ts';
import { ExecutionError } from '../measured/execution-error.ts';
import { findStack } from './find-stack.ts';

/**
 * The ARNs of the state machines of a stack, by the names of their flows, as the outputs of a `StepflowStack` tell them.
 *
 * @throws ExecutionError where there is no such stack, or it has no flows
 */
export async function machinesInStack(
  client: CloudFormationClient,
  stack: string,
): Promise<ReadonlyMap<string, string>> {
  const outputs = await outputsOf(client, stack);
  const machines = outputs.flatMap(({ Description, OutputValue: arn }): [string, string][] => {
    const flow = flowOfDescription(Description);
    return flow === undefined || arn === undefined ? [] : [[flow, arn]];
  });
  if (machines.length > 0) return new Map(machines);
  throw new ExecutionError(
    `the stack ${stack} has no flows: no output of it names a state machine`,
    'name the stack that the flows were deployed with as --stack; a StepflowStack has an output for each flow',
  );
}

async function outputsOf(client: CloudFormationClient, stack: string) {
  const found = await findStack(client, stack);
  if (found) return found.Outputs ?? [];
  const region = await client.config.region();
  throw new ExecutionError(
    `there is no stack ${stack} in ${region}`,
    'name the stack that the flows were deployed with as --stack, its region as --region, and its account by --profile; or deploy it',
  );
}

/**
 * The name of the flow of a stack that is meant: by its name, by the path of its file, or by its name without the folder that it
 * is in, where no other flow has the same.
 *
 * @throws ExecutionError where there is none, with the nearest
 */
export function flowInStack(names: readonly string[], written: string, stack: string): string {
  const path = flowNameOf(written).replace(/^\.\//, '');
  const [own] = names
    .filter((name) => name === written || path === name || path.endsWith(`/${name}`))
    .sort((one, other) => other.length - one.length);
  const inFolders = names.filter((name) => name.endsWith(`/${path.split('/').at(-1)}`));
  const found = own ?? (inFolders.length === 1 ? inFolders[0] : undefined);
  if (found !== undefined) return found;
  const near = nearest(path, names) ?? nearest(path.split('/').at(-1) ?? '', names);
  throw new ExecutionError(
    `the stack ${stack} has no flow "${written}"`,
    near === undefined ? `its flows are ${listed(names)}` : `did you mean "${near}"? Its flows are ${listed(names)}`,
  );
}

const MOST_NAMED = 20;

const listed = (names: readonly string[]): string => {
  const shown = names.slice(0, MOST_NAMED).map((name) => `"${name}"`);
  return names.length > MOST_NAMED ? `${shown.join(', ')} and ${names.length - MOST_NAMED} others` : shown.join(', ');
};
