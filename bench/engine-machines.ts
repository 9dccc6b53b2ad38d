import type { State, StateMachine } from '../lib/asl/state-machine.ts';
import { evaluated, jsonata, lookup, text, variable, verbatim } from '../lib/compiler/emit/jsonata/jsonata.ts';
import type { JsonObject } from '../lib/protocol/json.ts';
import { placeholder } from '../lib/protocol/placeholders.ts';

/** The state machines that bench/engine.ts runs. */

/** The state of a step as the compiler emits it: it reads the step before it and assigns its slots to a variable. */
const step = (id: string, before: string | undefined, next: string | undefined): State => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: {
    FunctionName: placeholder('component', '/bench/noop'),
    Payload: {
      step: text(id),
      input: before === undefined ? {} : { id: evaluated(lookup(variable(before), 'id')) },
      reads: verbatim(['id', 'name']),
      execution: evaluated(jsonata`$states.context.Execution.Id`),
      attempt: evaluated(jsonata`$states.context.State.RetryCount`),
    },
  },
  Retry: [{ ErrorEquals: ['Lambda.TooManyRequestsException'], MaxAttempts: 5, JitterStrategy: 'FULL' }],
  Assign: { [id]: evaluated(jsonata`$states.result.Payload`) },
  Output: {},
  ...(next === undefined ? { End: true } : { Next: next }),
});

const branch = (length: number, prefix: string): Pick<StateMachine, 'StartAt' | 'States'> => {
  const name = (at: number): string => `${prefix}${at}`;
  const states = Array.from({ length }, (_, at): [string, State] => [
    name(at),
    step(name(at), at > 0 ? name(at - 1) : undefined, at + 1 < length ? name(at + 1) : undefined),
  ]);
  return { StartAt: name(0), States: Object.fromEntries(states) };
};

/** Consecutive steps; their names begin with `prefix`. */
export const chain = (length: number, prefix: string): StateMachine => ({
  QueryLanguage: 'JSONata',
  ...branch(length, prefix),
});

const alone = (state: State): StateMachine => ({ QueryLanguage: 'JSONata', StartAt: 'all', States: { all: state } });

/** Branches of one step each. */
export const fanOut = (width: number): StateMachine =>
  alone({
    Type: 'Parallel',
    Branches: Array.from({ length: width }, (_, at) => branch(1, `b${at}_`)),
    Output: {},
    End: true,
  });

/** A Map of one step, over numbers. */
export const map = (items: number, ProcessorConfig: JsonObject): StateMachine =>
  alone({
    Type: 'Map',
    Items: evaluated(jsonata`[1..${items}]`),
    ItemProcessor: { ProcessorConfig, ...branch(1, 'item') },
    Output: {},
    End: true,
  });

/** A distributed Map of one step whose items are lines of an object and whose results go to others. */
export const streamingMap = (): StateMachine =>
  alone({
    Type: 'Map',
    ItemReader: {
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: { InputType: 'JSONL' },
      Arguments: { Bucket: 'bench', Key: 'items.jsonl' },
    },
    ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...branch(1, 'item') },
    ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Arguments: { Bucket: 'bench', Prefix: 'results' } },
    MaxConcurrency: 1000,
    End: true,
  });

/** Tasks without expressions, which every engine supports. */
export const plainChain = (length: number): JsonObject => ({
  StartAt: 'T0',
  States: Object.fromEntries(
    Array.from({ length }, (_, at) => [
      `T${at}`,
      {
        Type: 'Task',
        Resource: 'arn:aws:lambda:us-east-1:000000000000:function:noop',
        ...(at + 1 < length ? { Next: `T${at + 1}` } : { End: true }),
      },
    ]),
  ),
});
