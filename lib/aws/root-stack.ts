import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** The stack of a construct, or the outermost one that this is nested in: only that one's name is known before it is deployed. */
export function rootStackOf(scope: Construct): Stack {
  const stack = Stack.of(scope);
  return stack.nestedStackParent ? rootStackOf(stack.nestedStackParent) : stack;
}
