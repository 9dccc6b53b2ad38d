import type { JsonObject } from '../runtime/json.ts';

/** What kind of call a Resource is, and so which events its history has. */
export interface Resource {
  readonly arn: string;
  /** `Task…`, `LambdaFunction…` or `Activity…` events. */
  readonly events: 'Task' | 'LambdaFunction' | 'Activity';
  /** What each event says of the resource. */
  readonly details: JsonObject;
  readonly hasToken: boolean;
  /** Whether the call is submitted first and answered later. */
  readonly isSubmitted: boolean;
}

const LAMBDA = /^arn:[^:]+:lambda:/;
const SERVICE = /^arn:[^:]+:states:[^:]*:[^:]*:(.+):([^:]+(?::\d+)?)$/;

/** Reads a Task's Resource; any text that is no ARN is taken for a service of that name. */
export function parseResource(arn: string): Resource {
  const hasToken = arn.endsWith('.waitForTaskToken');
  const isSubmitted = hasToken || /\.sync(?::2)?$/.test(arn);
  if (LAMBDA.test(arn))
    return { arn, events: 'LambdaFunction', details: { resource: arn }, hasToken, isSubmitted: false };
  const [, service, action] = SERVICE.exec(arn) ?? [];
  if (service === 'activity')
    return { arn, events: 'Activity', details: { resource: arn }, hasToken, isSubmitted: false };
  return {
    arn,
    events: 'Task',
    details: { resource: action ?? arn, resourceType: service ?? 'local' },
    hasToken,
    isSubmitted,
  };
}
