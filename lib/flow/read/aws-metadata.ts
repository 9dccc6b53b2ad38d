import type { Reporter } from '../../diagnostics/diagnostics.ts';
import { isObject, type JsonObject } from '../../protocol/json.ts';
import type { Flow } from '../flow.ts';
import { Fields } from '../text/fields.ts';
import { describe, type Tree } from '../text/tree.ts';

const TYPES = ['STANDARD', 'EXPRESS'] as const;

/** The keys of `metadata.aws`, and what their values are. */
export const AWS_VALUES = {
  type: { wanted: `one of ${TYPES.join(', ')}`, fits: isWorkflowType },
  fuse: {
    wanted: 'true or false',
    fits: (tree: Tree) => tree.kind === 'scalar' && typeof tree.value === 'boolean',
  },
  maxConcurrency: {
    wanted: 'a whole number of at least 1',
    fits: (tree: Tree) => tree.kind === 'scalar' && isConcurrency(tree.value),
  },
} as const;

/** The part of a flow's metadata about AWS. */
function awsMetadata({ metadata }: Pick<Flow, 'metadata'>): JsonObject {
  const aws = isObject(metadata) ? metadata.aws : undefined;
  return isObject(aws) ? aws : {};
}

/** The type of state machine: Standard, unless `metadata.aws.type` is EXPRESS. */
export const workflowType = (flow: Pick<Flow, 'metadata'>): (typeof TYPES)[number] =>
  String(awsMetadata(flow).type).toUpperCase() === 'EXPRESS' ? 'EXPRESS' : 'STANDARD';

/** The type of the state machine that a flow runs in, which is that of the outermost flow around it. */
export const typeAround = (flow: Flow): ReturnType<typeof workflowType> =>
  flow.outer ? typeAround(flow.outer) : workflowType(flow);

/** Whether `metadata.aws.fuse` requests that chains of steps are fused into one function. */
export const fusesChains = (flow: Pick<Flow, 'metadata'>): boolean => awsMetadata(flow).fuse === true;

/** How many calls of functions an execution may make at once, as far as Maps make them; undefined where the flow does not say. */
export function flowConcurrency(flow: Pick<Flow, 'metadata'>): number | undefined {
  const { maxConcurrency } = awsMetadata(flow);
  return isConcurrency(maxConcurrency) ? maxConcurrency : undefined;
}

/** Whether a value may bound how many calls run at once. */
export const isConcurrency = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 1;

/** Reports what is wrong with the keys and values of `metadata.aws`. Other metadata may belong to other tools. */
export function checkAwsMetadata(metadata: Tree | undefined, reporter: Reporter): void {
  const aws = metadata?.kind === 'map' ? metadata.entries.get('aws')?.value : undefined;
  if (aws === undefined || isNull(aws)) return;
  if (aws.kind !== 'map') {
    reportWrong('metadata.aws', aws, 'a map such as { type: EXPRESS }', reporter);
    return;
  }
  const fields = new Fields(aws, 'metadata.aws', Object.keys(AWS_VALUES), reporter);
  for (const [key, { wanted, fits }] of Object.entries(AWS_VALUES)) {
    const tree = fields.tree(key);
    if (tree && !isNull(tree) && !fits(tree)) reportWrong(`metadata.aws.${key}`, tree, wanted, reporter);
  }
}

const reportWrong = (key: string, tree: Tree, wanted: string, reporter: Reporter): void =>
  reporter.report('wrong-type', { what: `"${key}" of the flow`, found: describe(tree), wanted }, tree.span);

function isWorkflowType(tree: Tree): boolean {
  return tree.kind === 'scalar' && TYPES.some((type) => type === String(tree.value).toUpperCase());
}

const isNull = (tree: Tree): boolean => tree.kind === 'scalar' && tree.value === null;
