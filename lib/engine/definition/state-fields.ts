import type { State } from '../../asl/state-machine.ts';

const PATHS = ['InputPath', 'OutputPath'];
const ON_EXIT = ['Output', 'Assign'];
const TRANSITION = ['Next', 'End'];
const RESULT_AND_ERRORS = ['ResultPath', 'Parameters', 'ResultSelector', 'Retry', 'Catch'];

const fields = (...names: readonly string[]): ReadonlySet<string> =>
  new Set(['Type', 'Comment', 'QueryLanguage', ...names]);

/**
 * The fields that each state type may have, in either query language. Measured with AWS's
 * ValidateStateMachineDefinition: https://github.com/badmintoncryer/cdk-preflight, rule pf-sfn-asl-state-fields.
 */
export const STATE_FIELDS: Readonly<Record<State['Type'], ReadonlySet<string>>> = {
  Pass: fields(...PATHS, ...ON_EXIT, ...TRANSITION, 'Result', 'ResultPath', 'Parameters'),
  Task: fields(
    ...PATHS,
    ...ON_EXIT,
    ...TRANSITION,
    ...RESULT_AND_ERRORS,
    'Resource',
    'Arguments',
    'Credentials',
    'TimeoutSeconds',
    'TimeoutSecondsPath',
    'HeartbeatSeconds',
    'HeartbeatSecondsPath',
  ),
  Wait: fields(...PATHS, ...ON_EXIT, ...TRANSITION, 'Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'),
  Parallel: fields(...PATHS, ...ON_EXIT, ...TRANSITION, ...RESULT_AND_ERRORS, 'Arguments', 'Branches'),
  Map: fields(
    ...PATHS,
    ...ON_EXIT,
    ...TRANSITION,
    ...RESULT_AND_ERRORS,
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
  Choice: fields(...PATHS, ...ON_EXIT, 'Choices', 'Default'),
  Succeed: fields(...PATHS, 'Output'),
  Fail: fields('Error', 'ErrorPath', 'Cause', 'CausePath'),
};

/** The top-level fields of a definition. */
export const MACHINE_FIELDS: ReadonlySet<string> = new Set([
  'Comment',
  'QueryLanguage',
  'StartAt',
  'States',
  'TimeoutSeconds',
  'Version',
]);
