import {
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
} from '@aws-sdk/client-iam';
import { DeleteFunctionCommand } from '@aws-sdk/client-lambda';
import { DeleteStateMachineCommand, DeleteStateMachineVersionCommand } from '@aws-sdk/client-sfn';
import type { Clients } from './read-deployment.ts';
import { nameIn, unqualified } from './references.ts';
import type { Superfluous } from './superfluous.ts';

/** What came of deleting something. */
export interface Deleted extends Superfluous {
  /** Why it is still there, in the words of AWS. */
  readonly problem?: string;
}

/** Deletes what nothing needs, one after the other; goes on where AWS refuses one. `onDeleted` is told of each. */
export async function deleteParts(
  clients: Clients,
  parts: readonly Superfluous[],
  onDeleted: (part: Deleted) => void = () => {},
): Promise<readonly Deleted[]> {
  const deleted: Deleted[] = [];
  for (const part of parts) {
    const result = await deletePart(clients, part).then(
      () => part,
      (error: unknown) => ({ ...part, problem: error instanceof Error ? error.message : String(error) }),
    );
    deleted.push(result);
    onDeleted(result);
  }
  return deleted;
}

async function deletePart(clients: Clients, { kind, arn }: Superfluous): Promise<void> {
  const { sfn, lambda, iam } = clients;
  switch (kind) {
    case 'state machine version':
      await sfn.send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn: arn }));
      return;
    case 'state machine':
      await sfn.send(new DeleteStateMachineCommand({ stateMachineArn: arn }));
      return;
    case 'function version': {
      const functionArn = unqualified(arn);
      await lambda.send(
        new DeleteFunctionCommand({ FunctionName: functionArn, Qualifier: arn.slice(functionArn.length + 1) }),
      );
      return;
    }
    case 'function':
      await lambda.send(new DeleteFunctionCommand({ FunctionName: arn }));
      return;
    case 'role':
      await deleteRole(iam, arn);
  }
}

/** A role can be deleted when it has no policies any more; those of its own path were made for it. */
async function deleteRole(iam: Clients['iam'], arn: string): Promise<void> {
  const role = { RoleName: nameIn(arn) };
  for await (const { PolicyNames: names = [] } of paginateListRolePolicies({ client: iam }, role))
    for (const name of names) await iam.send(new DeleteRolePolicyCommand({ ...role, PolicyName: name }));
  for await (const { AttachedPolicies: policies = [] } of paginateListAttachedRolePolicies({ client: iam }, role))
    for (const { PolicyArn: policy = '' } of policies) {
      await iam.send(new DetachRolePolicyCommand({ ...role, PolicyArn: policy }));
      if (pathIn(policy) === pathIn(arn)) await iam.send(new DeletePolicyCommand({ PolicyArn: policy }));
    }
  await iam.send(new DeleteRoleCommand(role));
}

/** The path of a role or policy, `stepflow/STACK/REGION` of `arn:aws:iam::123456789012:role/stepflow/STACK/REGION/NAME`. */
const pathIn = (arn: string): string => arn.split('/').slice(1, -1).join('/');
