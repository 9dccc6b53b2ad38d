import type { JsonObject } from '../protocol/json.ts';
import type { Evaluated, Plain, Template } from '../protocol/templated.ts';

/**
 * The Amazon States Language, as far as the compiler writes it and the engine reads it.
 * Source: https://states-language.net and the AWS Step Functions developer guide.
 */
export interface StateMachine {
  readonly Comment?: string;
  readonly QueryLanguage?: QueryLanguage;
  readonly StartAt: string;
  readonly States: { readonly [name: string]: State };
  readonly TimeoutSeconds?: number;
  readonly Version?: string;
}

/** The language of a state's expressions. */
export type QueryLanguage = 'JSONata' | 'JSONPath';

/** Any state. */
export type State =
  | TaskState
  | PassState
  | ChoiceState
  | ParallelState
  | MapState
  | WaitState
  | SucceedState
  | FailState;

export type { Template };

interface CommonFields {
  readonly Comment?: string;
  readonly QueryLanguage?: QueryLanguage;
  readonly Output?: Template;
}

interface Transitions {
  readonly Next?: string;
  readonly End?: true;
  readonly Assign?: { readonly [variable: string]: Template };
}

interface Recoverable {
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}

/** A state that calls something: a function, another state machine, an AWS service. */
export interface TaskState extends CommonFields, Transitions, Recoverable {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Arguments?: Template;
  /** Seconds, or a JSONata expression of seconds. */
  readonly TimeoutSeconds?: number | string;
  readonly HeartbeatSeconds?: number | string;
  readonly Credentials?: Template;
}

/** A state that only computes. */
export interface PassState extends CommonFields, Transitions {
  readonly Type: 'Pass';
}

/** A state that branches; its rules may assign. */
export interface ChoiceState extends CommonFields {
  readonly Type: 'Choice';
  readonly Choices: readonly ChoiceRule[];
  readonly Default?: string;
  readonly Assign?: { readonly [variable: string]: Template };
}

/** A rule of a Choice state, in JSONata. */
export interface ChoiceRule {
  readonly Condition: Evaluated | boolean;
  readonly Next: string;
  readonly Assign?: { readonly [variable: string]: Template };
  readonly Output?: Template;
}

/** A state whose branches run side by side. */
export interface ParallelState extends CommonFields, Transitions, Recoverable {
  readonly Type: 'Parallel';
  readonly Branches: readonly Branch[];
  readonly Arguments?: Template;
}

/** A branch, or the item processor of a Map: a state machine of its own. */
export interface Branch {
  readonly StartAt: string;
  readonly States: { readonly [name: string]: State };
}

/** A state that runs its processor once for each item. */
export interface MapState extends CommonFields, Transitions, Recoverable {
  readonly Type: 'Map';
  readonly Items?: Template;
  readonly ItemSelector?: Template;
  readonly ItemProcessor: Branch & { readonly ProcessorConfig?: JsonObject };
  readonly MaxConcurrency?: number | string;
  readonly ToleratedFailureCount?: number | string;
  readonly ToleratedFailurePercentage?: number | string;
  readonly ItemReader?: JsonObject;
  readonly ItemBatcher?: JsonObject;
  readonly ResultWriter?: JsonObject;
  readonly Label?: string;
}

/** A state that waits. */
export interface WaitState extends CommonFields, Transitions {
  readonly Type: 'Wait';
  readonly Seconds?: number | string;
  readonly Timestamp?: string;
}

/** A state that ends its scope successfully. */
export interface SucceedState extends CommonFields {
  readonly Type: 'Succeed';
}

/** A state that fails the execution. */
export interface FailState {
  readonly Type: 'Fail';
  readonly Comment?: string;
  readonly QueryLanguage?: QueryLanguage;
  readonly Error?: Plain | Evaluated;
  readonly Cause?: Plain | Evaluated;
}

/** The attempts of a {@link Retrier} that does not say how many. Source: "Retrying after an error", AWS Step Functions developer guide. */
export const DEFAULT_ATTEMPTS = 3;

/** When to retry a failed state. */
export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}

/** The transition after a failure. */
export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
  readonly Assign?: { readonly [variable: string]: Template };
  readonly Output?: Template;
}
