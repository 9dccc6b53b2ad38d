import { isObject } from '../../protocol/json.ts';
import type { Resource } from './resource.ts';
import type { Section } from './section.ts';

/** Refuses a Task whose fields AWS would refuse. */
export function checkTask(section: Section, resource: Resource): void {
  section.requireOne(['TimeoutSeconds', 'TimeoutSecondsPath'], 'optional');
  section.requireOne(['HeartbeatSeconds', 'HeartbeatSecondsPath'], 'optional');
  if (!section.require('Resource')) return;
  if (!ARN.test(resource.arn)) section.problem('Value is not a valid resource ARN', 'Resource');
  checkPattern(section, resource);
  checkPayload(section, resource.arn);
}

/** An ARN; a placeholder may replace all or part of it. */
const ARN = /^arn:|\$\{/;

/** An Express execution supports the request-response pattern only. */
function checkPattern({ pointer, problems }: Section, { events, pattern }: Resource): void {
  const at = pointer.below('Resource');
  // The trailing space is AWS's.
  if (pattern !== 'requestResponse')
    problems.addForExpress(at, `Express state machine does not support '.${pattern}' service integration `);
  if (events === 'Activity') problems.addForExpress(at, 'Express state machine does not support Activity ARN');
}

const OPTIMIZED = /^arn:[^:]+:states:::([^:]+):([^.]+)/;

/**
 * The required arguments of calls, measured with AWS's ValidateStateMachineDefinition:
 * https://github.com/badmintoncryer/cdk-preflight, rule pf-sfn-asl-integration-parameters.
 */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  'lambda:invoke': ['FunctionName'],
  'sqs:sendMessage': ['QueueUrl', 'MessageBody'],
  'sns:publish': ['Message'],
  'dynamodb:putItem': ['TableName', 'Item'],
  'dynamodb:getItem': ['TableName', 'Key'],
  'states:startExecution': ['StateMachineArn'],
  'events:putEvents': ['Entries'],
  'ecs:runTask': ['TaskDefinition'],
  'glue:startJobRun': ['JobName'],
};

function checkPayload(section: Section, arn: string): void {
  const [, service, action] = OPTIMIZED.exec(arn) ?? [];
  if (service === undefined) return;
  const key = section.language === 'JSONata' ? 'Arguments' : 'Parameters';
  const args = section.value[key];
  if (args === undefined) section.problem(`${key} field is required for resource ARN: ${arn}`);
  if (args === undefined || !isObject(args)) return;
  for (const field of REQUIRED[`${service}:${action}`] ?? []) {
    if (args[field] === undefined && args[`${field}.$`] === undefined)
      section.problem(`The field '${field}' is required but was missing`, key);
  }
}
