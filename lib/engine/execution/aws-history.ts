import type { HistoryEvent as AwsHistoryEvent } from '@aws-sdk/client-sfn';
import type { Json, JsonObject } from '../../protocol/json.ts';
import type { HistoryEvent } from '../types.ts';
import { REGION, ROLE_ARN } from './context-object.ts';

/** An event in the shape of AWS's GetExecutionHistory, in which payloads are JSON texts. */
export function awsHistoryEvent({ timestamp, type, id, previousEventId, details }: HistoryEvent): AwsHistoryEvent {
  const shape = shapeOf(type);
  const event = { timestamp: new Date(timestamp), type, id, previousEventId };
  // The table below writes each type's details as the API declares them; tests check that all types are AWS's.
  return (shape ? { ...event, [shape.key]: shape.write(details) } : event) as AwsHistoryEvent;
}

interface Shape {
  /** The field of the event that holds the details. */
  readonly key: string;
  readonly write: (details: JsonObject) => object;
}

const text = (value: Json | undefined): string => JSON.stringify(value ?? null);
const NOT_TRUNCATED = { truncated: false };

const input = (details: JsonObject) => ({ input: text(details.input), inputDetails: NOT_TRUNCATED });
const output = (details: JsonObject) => ({ output: text(details.output), outputDetails: NOT_TRUNCATED });
const pick =
  (...keys: readonly string[]) =>
  (details: JsonObject): JsonObject =>
    Object.fromEntries(keys.flatMap((key) => (details[key] === undefined ? [] : [[key, details[key]]])));
const resource = pick('resource', 'resourceType');
const failure = pick('error', 'cause');

function assigned({ assignedVariables: variables }: JsonObject): object {
  if (variables === undefined || variables === null) return {};
  const texts = Object.entries(variables).map(([name, value]) => [name, text(value)]);
  return { assignedVariables: Object.fromEntries(texts), assignedVariablesDetails: NOT_TRUNCATED };
}

function credentials({ taskCredentials: role }: JsonObject): object {
  const arn = typeof role === 'object' && role !== null && 'RoleArn' in role ? role.RoleArn : undefined;
  return arn === undefined ? {} : { taskCredentials: { roleArn: arn } };
}

/** The types whose details field does not depend on the state type. */
const STATES: readonly (readonly [RegExp, Shape])[] = [
  [
    /StateEntered$/,
    { key: 'stateEnteredEventDetails', write: (details) => ({ name: details.name, ...input(details) }) },
  ],
  [
    /StateExited$/,
    {
      key: 'stateExitedEventDetails',
      write: (details) => ({ name: details.name, ...output(details), ...assigned(details) }),
    },
  ],
];

/** Writes the details of each type; types that are not listed have none. Source: HistoryEvent, AWS Step Functions API reference. */
const WRITERS: Readonly<Record<string, Shape['write']>> = {
  ExecutionStarted: (details) => ({ ...input(details), roleArn: ROLE_ARN }),
  ExecutionSucceeded: output,
  ExecutionFailed: failure,
  ExecutionAborted: failure,
  ExecutionTimedOut: failure,
  TaskScheduled: (details) => ({
    ...resource(details),
    region: REGION,
    parameters: text(details.parameters),
    ...pick('timeoutInSeconds', 'heartbeatInSeconds')(details),
    ...credentials(details),
  }),
  TaskStarted: resource,
  TaskSubmitted: (details) => ({ ...resource(details), ...(details.output !== undefined && output(details)) }),
  TaskSucceeded: (details) => ({ ...resource(details), ...output(details) }),
  TaskFailed: (details) => ({ ...resource(details), ...failure(details) }),
  TaskTimedOut: (details) => ({ ...resource(details), ...failure(details) }),
  LambdaFunctionScheduled: (details) => ({
    ...pick('resource', 'timeoutInSeconds')(details),
    ...input(details),
    ...credentials(details),
  }),
  LambdaFunctionSucceeded: output,
  LambdaFunctionFailed: failure,
  LambdaFunctionTimedOut: failure,
  ActivityScheduled: (details) => ({
    ...pick('resource', 'timeoutInSeconds', 'heartbeatInSeconds')(details),
    ...input(details),
  }),
  ActivityStarted: () => ({}),
  ActivitySucceeded: output,
  ActivityFailed: failure,
  ActivityTimedOut: failure,
  MapStateStarted: pick('length'),
  MapIterationStarted: pick('name', 'index'),
  MapIterationSucceeded: pick('name', 'index'),
  MapIterationFailed: pick('name', 'index'),
  MapIterationAborted: pick('name', 'index'),
  MapRunStarted: pick('mapRunArn'),
  MapRunFailed: failure,
  EvaluationFailed: pick('error', 'cause', 'location', 'state'),
};

function shapeOf(type: string): Shape | undefined {
  const write = WRITERS[type];
  if (write !== undefined) return { key: `${type[0]?.toLowerCase()}${type.slice(1)}EventDetails`, write };
  return STATES.find(([pattern]) => pattern.test(type))?.[1];
}
