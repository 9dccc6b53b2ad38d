import { Aspects, CfnResource, RemovalPolicy } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Keeps what a construct has made when it leaves the template, be it replaced or removed: executions that began before a
 * deployment end with what they began with. Called for the versions of functions, their functions, roles and nested state
 * machines. `stepflow prune` deletes them when no execution needs them any more.
 */
export function retained<T extends IConstruct>(construct: T): T {
  // An aspect, because a role gets policies until the app is synthesised.
  Aspects.of(construct).add({
    visit: (node) => {
      if (CfnResource.isCfnResource(node)) node.applyRemovalPolicy(RemovalPolicy.RETAIN);
    },
  });
  return construct;
}
