// What the parts of a deployment are called: the stack gives the names, the API and the command line find the parts by them.

/** The alias of each deployed state machine that points to the version of the latest deployment: `stateMachine:NAME:live`. */
export const LIVE_ALIAS = 'live';

/** The tag of state machines and functions that has the name of the stack that they were deployed with. */
export const STACK_TAG = 'stepflow:stack';

/**
 * The path of the roles of a stack, by which those of earlier deployments are found. Roles have no region of their own: a stack
 * of the same name in another one has others.
 */
export const rolePath = (stack: string, region: string): string => `/stepflow/${stack}/${region}/`;

/** What the output of a stack with the ARN of a flow's state machine says of it. */
export const machineDescription = (flowName: string): string => `${MACHINE_OF}${flowName}`;

const MACHINE_OF = 'The state machine of ';

/** The flow whose state machine's description in an output it is; undefined of another output. */
export const flowOfDescription = (description: string | undefined): string | undefined =>
  description?.startsWith(MACHINE_OF) ? description.slice(MACHINE_OF.length) : undefined;

/** What the name of an Express state machine ends with. */
export const EXPRESS_SUFFIX = '-express';

/** Where the parts of a version of a flow are: the Comment of its definition says it, so that it is known of every execution. */
export interface VersionPlaces {
  /** The flow's name. */
  readonly flow: string;
  /** The file with what is known of the flow at synthesis: `s3://BUCKET/KEY`. */
  readonly facts: string;
  /** The blob store: `s3://BUCKET/PREFIX`. */
  readonly blobs: string;
  /** How many days a blob is kept after it was last written. @default for good */
  readonly blobDays?: number;
  /** The log groups of its functions. */
  readonly logs: readonly string[];
}

/** The Comment of a definition. */
export const versionComment = ({ flow, facts, blobs, blobDays, logs }: VersionPlaces): string =>
  `Stepflow: facts=${facts} blobs=${blobs} days=${blobDays ?? ''} logs=${logs.join(',')} flow=${flow}`;

/** Reads a Comment; undefined of another one. */
export function readVersionComment(comment: unknown): VersionPlaces | undefined {
  if (typeof comment !== 'string') return undefined;
  const [, facts, blobs, days, logs, flow] =
    /^Stepflow: facts=(s3:\S+) blobs=(s3:.+?) days=(\d*) logs=(\S*) flow=(.+)$/s.exec(comment) ?? [];
  if (facts === undefined || blobs === undefined || logs === undefined || flow === undefined) return undefined;
  return { flow, facts, blobs, ...(days && { blobDays: Number(days) }), logs: logs.split(',').filter(Boolean) };
}
