import type { JsonObject } from '../../protocol/json.ts';

/** What kind of call a Resource is, and so which events its history has. */
export interface Resource {
  readonly arn: string;
  /** `Task…`, `LambdaFunction…` or `Activity…` events. */
  readonly events: 'Task' | 'LambdaFunction' | 'Activity';
  /** What AWS calls it where what it gave is too large: a service by its name, a function by its ARN. */
  readonly dataLimitName: string;
  /** What each event says of the resource. */
  readonly details: JsonObject;
  /** What the task waits for: the call's answer, the end of what it began, or somebody who answers with the task's token. */
  readonly pattern: 'requestResponse' | 'sync' | 'waitForTaskToken';
  /** Whether the call starts a state machine. */
  readonly startsExecution: boolean;
  /** Whether the answer's Output, a JSON text otherwise, is parsed. */
  readonly parsesOutput: boolean;
}

const LAMBDA = /^arn:[^:]+:lambda:/;
const SERVICE = /^arn:[^:]+:states:[^:]*:[^:]*:(.+?):([^:]+(?::\d+)?)$/;

/** Reads a Task's Resource; any text that is no ARN is taken for a service of that name. */
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
