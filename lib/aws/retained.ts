import { CfnResource, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { STACK_TAG } from '../protocol/deployed.ts';

/**
 * Keeps the resources of `construct` where a later deployment has them no more, or others in their place: a running execution
 * may still need them. A deployment that fails deletes what it has created itself.
 *
 * @param policy - `RemovalPolicy.DESTROY` deletes them, for stacks whose executions nobody waits for
 */
export function retain(construct: IConstruct, policy: RemovalPolicy = RemovalPolicy.RETAIN): void {
  const applied = policy === RemovalPolicy.RETAIN ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : policy;
  for (const each of construct.node.findAll()) if (CfnResource.isCfnResource(each)) each.applyRemovalPolicy(applied);
}

/** Marks what is in `scope` as a part of its stack, so that it is found when it is in no template any more. */
export const markAsPart = (scope: Construct): void => Tags.of(scope).add(STACK_TAG, rootOf(Stack.of(scope)).stackName);

/** The stack itself, or the outermost one that it is nested in: only that one's name is known before it is deployed. */
export function rootOf(stack: Stack): Stack {
  return stack.nestedStackParent ? rootOf(stack.nestedStackParent) : stack;
}
