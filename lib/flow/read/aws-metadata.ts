import type { Reporter } from '../../diagnostics/diagnostics.ts';
import { isObject, type JsonObject } from '../../protocol/json.ts';
import type { Flow } from '../flow.ts';
import { describe, type Tree } from '../text/tree.ts';

/** The part of a flow's metadata about AWS. */
function awsMetadata({ metadata }: Pick<Flow, 'metadata'>): JsonObject {
  const aws = isObject(metadata) ? metadata.aws : undefined;
  return isObject(aws) ? aws : {};
}

/** The type of state machine: Standard, unless `metadata.aws.type` is EXPRESS. */
export const workflowType = (flow: Pick<Flow, 'metadata'>): 'STANDARD' | 'EXPRESS' =>
  String(awsMetadata(flow).type).toUpperCase() === 'EXPRESS' ? 'EXPRESS' : 'STANDARD';

/** Whether `metadata.aws.fuse` requests that chains of steps are fused into one function. */
export const fusesChains = (flow: Pick<Flow, 'metadata'>): boolean => awsMetadata(flow).fuse === true;

/** Reports a `metadata.aws.fuse` that is neither true nor false. Other metadata may belong to other tools. */
export function checkFuse(metadata: Tree | undefined, reporter: Reporter): void {
  const fuse = at(at(metadata, 'aws'), 'fuse');
  if (fuse === undefined || (fuse.kind === 'scalar' && (fuse.value === null || typeof fuse.value === 'boolean')))
    return;
  const params = { what: '"metadata.aws.fuse" of the flow', found: describe(fuse), wanted: 'true or false' };
  reporter.report('wrong-type', params, fuse.span);
}

const at = (tree: Tree | undefined, key: string): Tree | undefined =>
  tree?.kind === 'map' ? tree.entries.get(key)?.value : undefined;
