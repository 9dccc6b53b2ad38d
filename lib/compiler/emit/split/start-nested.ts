import type { Retrier, Template } from '../../../asl/state-machine.ts';
import { placeholder } from '../../../protocol/placeholders.ts';
import { OWN_EXECUTION } from '../frame.ts';
import { evaluated, type Jsonata, jsonata, text } from '../jsonata/jsonata.ts';
import { startRetries } from '../states/retry.ts';

/** The output of a nested execution, in the Task that started it. */
export const NESTED_OUTPUT: Jsonata = jsonata`$states.result.Output`;

// The console links an execution to the one that started it by this. Source: AWS Step Functions developer guide,
// "Start workflow executions from a task state".
const STARTED_BY = { AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: evaluated(OWN_EXECUTION) };

/** The fields of a Task state that starts a nested state machine. */
interface Start {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Arguments: Template;
  readonly Retry: readonly Retrier[];
}

/** The start of an execution of a nested state machine, for whose end the Task waits. */
export const startOf = (machine: string, input: { [field: string]: Template }): Start => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::states:startExecution.sync:2',
  Arguments: { StateMachineArn: text(placeholder('machine', machine)), Input: { ...input, ...STARTED_BY } },
  Retry: startRetries,
});
