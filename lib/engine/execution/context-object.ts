import type { Json, JsonObject } from '../../protocol/json.ts';

/** An item of a Map, as in the context object. */
export interface MapItem {
  readonly index: number;
  readonly value: Json;
}

/** The region and the role of local executions. */
export const REGION = 'local';
export const ROLE_ARN = 'arn:aws:iam::000000000000:role/local';

let lastTime = Number.NaN;
let lastText = '';

/** A time as AWS writes it in the context object. The last one is cached: many states are entered within a millisecond. */
function isoTime(ms: number): string {
  if (ms !== lastTime) {
    lastText = new Date(ms).toISOString();
    lastTime = ms;
  }
  return lastText;
}

/** The parts of the context object that are the same in all states of an execution. */
export interface ExecutionContext {
  readonly Execution: JsonObject;
  readonly StateMachine: JsonObject;
}

/** The execution's part of the context object. Source: "Accessing execution data from the Context object", AWS developer guide. */
export function executionContext(
  id: string,
  name: string,
  input: Json,
  startMs: number,
  stateMachine: string,
): ExecutionContext {
  return {
    Execution: {
      Id: id,
      Input: input,
      Name: name,
      RoleArn: ROLE_ARN,
      StartTime: isoTime(startMs),
      RedriveCount: 0,
    },
    StateMachine: { Id: `arn:aws:states:local:000000000000:stateMachine:${stateMachine}`, Name: stateMachine },
  };
}

/** The context object of a visit to a state. `token`: the task token, if its task waits for one. */
export function stateContext(
  execution: ExecutionContext,
  state: {
    readonly name: string;
    readonly enteredMs: number;
    /** Absent in states other than Task. */
    readonly retryCount: number | undefined;
    readonly token: string | undefined;
  },
  item: MapItem | undefined,
): JsonObject {
  const context: JsonObject = {
    Execution: execution.Execution,
    State: {
      EnteredTime: isoTime(state.enteredMs),
      Name: state.name,
      ...(state.retryCount !== undefined && { RetryCount: state.retryCount }),
    },
    StateMachine: execution.StateMachine,
  };
  if (item !== undefined) context.Map = { Item: { Index: item.index, Value: item.value } };
  if (state.token !== undefined) context.Task = { Token: state.token };
  return context;
}
