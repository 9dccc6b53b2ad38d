import type { JsonObject } from '../../protocol/json.ts';

/** The Resource of a Task: the kind of its call, which decides the events in the history. */
export interface Resource {
  readonly arn: string;
  /** `Task…`, `LambdaFunction…` or `Activity…` events. */
  readonly events: 'Task' | 'LambdaFunction' | 'Activity';
  /** Its name in a States.DataLimitExceeded cause: the name of a service, the ARN of a function. */
  readonly dataLimitName: string;
  /** The details of the resource in each event. */
  readonly details: JsonObject;
  /** The service integration pattern: the task waits for the call's response, for the job to end, or for its task token. */
  readonly pattern: 'requestResponse' | 'sync' | 'waitForTaskToken';
  /** Whether the call starts a state machine. */
  readonly startsExecution: boolean;
  /** Whether Output in the response is parsed; otherwise it is a JSON text. */
  readonly parsesOutput: boolean;
}

const LAMBDA = /^arn:[^:]+:lambda:/;
const SERVICE = /^arn:[^:]+:states:[^:]*:[^:]*:(.+?):([^:]+(?::\d+)?)$/;

/** Parses a Task's Resource. A text that is not an ARN is treated as the name of a service. */
export function parseResource(arn: string): Resource {
  const pattern = patternOf(arn);
  const direct = { pattern, dataLimitName: arn, startsExecution: false, parsesOutput: false } as const;
  if (LAMBDA.test(arn)) return { arn, events: 'LambdaFunction', details: { resource: arn }, ...direct };
  const [, service, action] = SERVICE.exec(arn) ?? [];
  if (service === 'activity') return { arn, events: 'Activity', details: { resource: arn }, ...direct };
  return {
    arn,
    events: 'Task',
    dataLimitName: service ?? arn,
    details: { resource: action ?? arn, resourceType: service ?? 'local' },
    pattern,
    startsExecution: service === 'states' && /^startExecution(?:\.|$)/.test(action ?? ''),
    parsesOutput: arn.endsWith('.sync:2'),
  };
}

function patternOf(arn: string): Resource['pattern'] {
  if (arn.endsWith('.waitForTaskToken')) return 'waitForTaskToken';
  return /\.sync(?::2)?$/.test(arn) ? 'sync' : 'requestResponse';
}
