import { isObject } from '../runtime/json.ts';
import type { Reporter } from './diagnostics.ts';
import type { Flow } from './flow.ts';
import { describe, type Tree } from './tree.ts';

/** Whether `metadata.aws.fuse` asks for one function in place of a chain of steps. */
export function fusesChains({ metadata }: Pick<Flow, 'metadata'>): boolean {
  const aws = isObject(metadata) ? metadata.aws : undefined;
  return isObject(aws) && aws.fuse === true;
}

/** Reports a `metadata.aws.fuse` that is neither true nor false: what else is in the metadata is not ours to judge. */
export function checkFuse(metadata: Tree | undefined, reporter: Reporter): void {
  const fuse = at(at(metadata, 'aws'), 'fuse');
  if (fuse === undefined || (fuse.kind === 'scalar' && (fuse.value === null || typeof fuse.value === 'boolean')))
    return;
  const params = { what: '"metadata.aws.fuse" of the flow', found: describe(fuse), wanted: 'true or false' };
  reporter.report('wrong-type', params, fuse.span);
}

const at = (tree: Tree | undefined, key: string): Tree | undefined =>
  tree?.kind === 'map' ? tree.entries.get(key)?.value : undefined;
