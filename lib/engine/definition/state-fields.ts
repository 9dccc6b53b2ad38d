import type { State } from '../../asl/state-machine.ts';

const PATHS = ['InputPath', 'OutputPath'];
const LEAVING = ['Output', 'Assign'];
const MOVING = ['Next', 'End'];
const WORKING = ['ResultPath', 'Parameters', 'ResultSelector', 'Retry', 'Catch'];

const fields = (...names: readonly string[]): ReadonlySet<string> =>
  new Set(['Type', 'Comment', 'QueryLanguage', ...names]);

/**
 * The fields that each type of state may have, of either query language. As measured with AWS's
 * ValidateStateMachineDefinition: https://github.com/badmintoncryer/cdk-preflight, rule pf-sfn-asl-state-fields.
 */
export const STATE_FIELDS: Readonly<Record<State['Type'], ReadonlySet<string>>> = {
  Pass: fields(...PATHS, ...LEAVING, ...MOVING, 'Result', 'ResultPath', 'Parameters'),
  Task: fields(
    ...PATHS,
    ...LEAVING,
    ...MOVING,
    ...WORKING,
    'Resource',
    'Arguments',
    'Credentials',
    'TimeoutSeconds',
    'TimeoutSecondsPath',
    'HeartbeatSeconds',
    'HeartbeatSecondsPath',
  ),
  Wait: fields(...PATHS, ...LEAVING, ...MOVING, 'Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'),
  Parallel: fields(...PATHS, ...LEAVING, ...MOVING, ...WORKING, 'Arguments', 'Branches'),
  Map: fields(
    ...PATHS,
    ...LEAVING,
    ...MOVING,
    ...WORKING,
    'ItemProcessor',
    'Iterator',
    'Items',
    'ItemsPath',
    'ItemSelector',
    'ItemReader',
    'ItemBatcher',
    'ResultWriter',
    'MaxConcurrency',
    'MaxConcurrencyPath',
    'ToleratedFailurePercentage',
    'ToleratedFailurePercentagePath',
    'ToleratedFailureCount',
    'ToleratedFailureCountPath',
    'Label',
  ),
  Choice: fields(...PATHS, ...LEAVING, 'Choices', 'Default'),
  Succeed: fields(...PATHS, 'Output'),
  Fail: fields('Error', 'ErrorPath', 'Cause', 'CausePath'),
};

/** The fields of a whole definition. */
export const MACHINE_FIELDS: ReadonlySet<string> = new Set([
  'Comment',
  'QueryLanguage',
  'StartAt',
  'States',
  'TimeoutSeconds',
  'Version',
]);
