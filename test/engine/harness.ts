import {
  type ExecuteOptions,
  execute,
  type HistoryEvent,
  TaskError,
  type TaskRequest,
  VirtualClock,
} from '../../lib/engine/index.ts';
import type { Json, JsonObject } from '../../lib/protocol/json.ts';

/** The behaviour of a task in a test: `{ms}` takes that long, `{fail}` fails with that error, anything else is its result. */
export type Behaviour = (request: TaskRequest) => Json;

/** A state machine in JSONata. */
export const machine = (states: JsonObject, more: JsonObject = {}): JsonObject => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0] ?? '',
  States: states,
  ...more,
});

/** A Task state that passes its arguments to the test's behaviour. */
export const task = (more: JsonObject = {}): JsonObject => ({
  Type: 'Task',
  Resource: 'arn:aws:states:local:000000000000:test:call',
  End: true,
  ...more,
});

/** Runs a definition on a virtual clock that starts at 0, and collects all events. */
export async function run(
  definition: JsonObject,
  behave: Behaviour = () => null,
  options: Partial<ExecuteOptions> = {},
) {
  const events: HistoryEvent[] = [];
  const requests: TaskRequest[] = [];
  const clock = new VirtualClock(0);
  const resolver = async (request: TaskRequest): Promise<Json> => {
    requests.push(request);
    const answer = behave(request);
    if (isTimed(answer)) await clock.sleep(answer.ms, request.signal);
    if (isFailure(answer)) throw new TaskError(answer.fail, answer.cause);
    return isTimed(answer) ? (answer.result ?? null) : answer;
  };
  const result = await execute(definition, { resolver, clock, onEvent: (event) => events.push(event), ...options });
  return { result, events, requests, types: events.map(({ type }) => type) };
}

const isTimed = (answer: Json): answer is { ms: number; result?: Json } =>
  typeof answer === 'object' && answer !== null && 'ms' in answer;
const isFailure = (answer: Json): answer is { fail: string; cause?: string } =>
  typeof answer === 'object' && answer !== null && 'fail' in answer;
