import type { Reporter } from '../../diagnostics/diagnostics.ts';
import { isObject, type JsonObject } from '../../protocol/json.ts';
import type { Flow } from '../flow.ts';
import { Fields, type KeyHints, plainKey } from '../text/fields.ts';
import { nearest } from '../text/nearest.ts';
import { describe, type Tree } from '../text/tree.ts';
import { STEP_HINTS } from './foreign-keys.ts';

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
  // What these are is read with the whole flow: see lib/flow/triggers.
  triggers: { wanted: 'a list', fits: () => true },
  onSuccess: { wanted: 'a map or a list', fits: () => true },
  onFailure: { wanted: 'a map or a list', fits: () => true },
} as const;

/** The keys that only the outermost flow may have: no other has executions of its own. */
const OF_OUTERMOST: readonly string[] = ['triggers', 'onSuccess', 'onFailure'] satisfies (keyof typeof AWS_VALUES)[];

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

/** Whether a flow, or any flow around it, asks for Express executions. */
export const isInExpress = (flow: Flow): boolean =>
  workflowType(flow) === 'EXPRESS' || (flow.outer !== undefined && isInExpress(flow.outer));

/** Whether `metadata.aws.fuse` requests that chains of steps are fused into one function. */
export const fusesChains = (flow: Pick<Flow, 'metadata'>): boolean => awsMetadata(flow).fuse === true;

/** How many calls of functions an execution may make at once, as far as Maps make them; undefined where the flow does not say. */
export function flowConcurrency(flow: Pick<Flow, 'metadata'>): number | undefined {
  const { maxConcurrency } = awsMetadata(flow);
  return isConcurrency(maxConcurrency) ? maxConcurrency : undefined;
}

/** Whether a value may bound how many calls run at once. */
export const isConcurrency = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 1;

const KEYS = Object.keys(AWS_VALUES);

/** What starts a flow is in a list of its own. */
const HINTS: KeyHints = new Map(
  ['schedule', 'cron', 'rate', 's3', 'event', 'events', 'queue', 'sqs'].map((key) => [
    key,
    {
      instead:
        'Write what starts the flow as triggers: [{ schedule: rate(1 day) }]; or { s3: … }, { event: … }, { queue: … }.',
      key: 'triggers',
    },
  ]),
);

/**
 * Reports what is wrong with the keys and values of `metadata.aws` of a flow. Other metadata may belong to other tools. `called`:
 * what the flow is called in messages.
 */
export function checkAwsMetadata(metadata: Tree | undefined, called: string, reporter: Reporter): void {
  const aws = awsOf(metadata);
  if (aws === undefined) return;
  if (aws.kind !== 'map') {
    reportWrong('metadata.aws', called, aws, 'a map such as { type: EXPRESS }', reporter);
    return;
  }
  const isOutermost = called === 'the flow';
  const where = isOutermost ? 'metadata.aws' : `metadata.aws of ${called}`;
  const fields = new Fields(aws, where, KEYS, reporter, { hints: HINTS });
  for (const [key, { wanted, fits }] of Object.entries(AWS_VALUES)) {
    const tree = fields.tree(key);
    if (tree && !isOutermost && OF_OUTERMOST.includes(key))
      reporter.report('inner-trigger', { key, called }, tree.span);
    else if (tree && !isNull(tree) && !fits(tree)) reportWrong(`metadata.aws.${key}`, called, tree, wanted, reporter);
  }
}

/**
 * Reports each key of `metadata.aws` of a step: what it says there has no effect. `called`: what the step is called in messages;
 * `own`: the keys that a step has itself.
 */
export function checkAwsMetadataOfStep(
  metadata: Tree | undefined,
  called: string,
  own: readonly string[],
  reporter: Reporter,
): void {
  const aws = awsOf(metadata);
  if (aws === undefined) return;
  if (aws.kind === 'map') {
    const hints: KeyHints = new Map(
      [...aws.entries.keys()].map((key) => [plainKey(key), { instead: instead(key, own) }]),
    );
    new Fields(aws, `metadata.aws of ${called}`, [], reporter, { hints });
  } else reportWrong('metadata.aws', called, aws, 'nothing', reporter);
}

/** What is written instead of a key of a step's `metadata.aws`: what a flow, a step or a component has. */
function instead(key: string, own: readonly string[]): string {
  const like = (known: string): boolean => plainKey(known) === plainKey(key);
  const ofStep = own.find(like);
  if (ofStep !== undefined) return `Write "${ofStep}" at the step itself, beside its component.`;
  const ofFlow = KEYS.find(like) ?? nearest(key, KEYS);
  if (ofFlow !== undefined)
    return `It is said of the whole flow: write metadata: { aws: { ${ofFlow}: … } } at the flow, not at a step.`;
  return STEP_HINTS.get(plainKey(key))?.instead ?? NOT_OF_STEP;
}

const NOT_OF_STEP = `A step has no metadata for AWS. That of a flow has the keys ${KEYS.join(', ')}.`;

/** What a metadata says of AWS; undefined for nothing. */
export function awsOf(metadata: Tree | undefined): Tree | undefined {
  const aws = metadata?.kind === 'map' ? metadata.entries.get('aws')?.value : undefined;
  return aws === undefined || isNull(aws) ? undefined : aws;
}

function reportWrong(key: string, called: string, tree: Tree, wanted: string, reporter: Reporter): void {
  const meant = key === 'metadata.aws.type' && tree.kind === 'scalar' ? nearest(String(tree.value), TYPES) : undefined;
  const params = { what: `"${key}" of ${called}`, found: describe(tree), wanted, nearest: meant };
  reporter.report('wrong-type', params, tree.span);
}

function isWorkflowType(tree: Tree): boolean {
  return tree.kind === 'scalar' && TYPES.some((type) => type === String(tree.value).toUpperCase());
}

const isNull = (tree: Tree): boolean => tree.kind === 'scalar' && tree.value === null;
