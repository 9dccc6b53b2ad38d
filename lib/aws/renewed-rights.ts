import { AspectPriority, Aspects, type CfnElement, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { rolePath } from '../protocol/deployed.ts';
import { nameByContent } from './named-by-content.ts';
import { retain, rootOf } from './retained.ts';

/**
 * Gives the roles in `scope` to the versions that were deployed with them: a role whose permissions change becomes another
 * role, and the previous one stays as it was. A version of a function and a running execution keep the role that they began
 * with, so a deployment that drops a component, a secret or a table takes nothing from them.
 *
 * The path of the roles names the stack and its region, so that they are found when they are in no template any more.
 *
 * Permissions are collected when the app is synthesised, so that what is granted after `scope` is created counts too, as far
 * as it is granted to the role itself or by a policy in `scope`.
 */
export function renewRights(scope: IConstruct, removalPolicy?: RemovalPolicy): void {
  const visit = (node: IConstruct): void => {
    if (iam.CfnRole.isCfnRole(node)) renew(node, scope, removalPolicy);
  };
  // After the role has moved what is too long for one policy into further ones.
  Aspects.of(scope).add({ visit }, { priority: AspectPriority.DEFAULT });
}

function renew(role: iam.CfnRole, scope: IConstruct, removalPolicy?: RemovalPolicy): void {
  const policies = policiesOf(role, scope);
  const rights = (): unknown => [
    role.policies,
    role.managedPolicyArns,
    role.permissionsBoundary,
    ...policies.map(({ policyDocument }) => policyDocument),
  ];
  const path = rolePath(rootOf(Stack.of(role)).stackName, Stack.of(role).region);
  role.path = path;
  for (const each of [role, ...policies]) {
    // What is deleted with a role has its path.
    if (iam.CfnManagedPolicy.isCfnManagedPolicy(each)) each.path = path;
    nameByContent(each, rights);
    retain(each, removalPolicy);
  }
}

type Policy = iam.CfnPolicy | iam.CfnManagedPolicy;

/** The policies in `scope` that are attached to `role`. */
const policiesOf = (role: iam.CfnRole, scope: IConstruct): readonly Policy[] => {
  const isOwn = (policy: Policy): boolean => refers(policy.roles, role);
  return scope.node
    .findAll()
    .filter((node): node is Policy => iam.CfnPolicy.isCfnPolicy(node) || iam.CfnManagedPolicy.isCfnManagedPolicy(node))
    .filter(isOwn);
};

const refers = (names: unknown, to: CfnElement): boolean => {
  const stack = Stack.of(to);
  const found: unknown = stack.resolve(names);
  const ref = JSON.stringify({ Ref: stack.resolve(to.logicalId) });
  return Array.isArray(found) && found.some((name) => JSON.stringify(name) === ref);
};
