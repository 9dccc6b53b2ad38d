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
