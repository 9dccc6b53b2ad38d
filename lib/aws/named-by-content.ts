import { type CfnElement, Lazy, Stack } from 'aws-cdk-lib';
import { isObject } from '../protocol/json.ts';
import { sha256 } from '../runtime/stores/blobs.ts';

/** Characters of the hash at the end of a logical id. */
const HASH_LENGTH = 8;

/** A value in which the order of keys, which CloudFormation does not see, makes no difference. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, inOrder(part)]));
}

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
  const produce = (): string =>
    plain + sha256(JSON.stringify(inOrder(stack.resolve(contentOf())))).slice(0, HASH_LENGTH);
  resource.overrideLogicalId(Lazy.uncachedString({ produce }));
}
