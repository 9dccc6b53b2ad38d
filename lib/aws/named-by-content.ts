import { type CfnElement, Lazy, Stack } from 'aws-cdk-lib';
import { sha256 } from '../runtime/stores/blobs.ts';

/** Characters of the hash at the end of a logical id. */
const HASH_LENGTH = 8;

/**
 * Ends the logical id of a resource with a hash of `contentOf()`, which is asked when the app is synthesised. Where the
 * content changes, CloudFormation creates another resource and leaves or deletes the previous one, by its DeletionPolicy.
 * The content must not refer to the resource itself.
 *
 * @param start - what the logical id begins with; by default all of the plain one
 */
export function nameByContent(resource: CfnElement, contentOf: () => unknown, start?: string): void {
  const stack = Stack.of(resource);
  const plain = start ?? String(stack.resolve(resource.logicalId));
  const produce = (): string => plain + sha256(JSON.stringify(stack.resolve(contentOf()))).slice(0, HASH_LENGTH);
  resource.overrideLogicalId(Lazy.uncachedString({ produce }));
}
