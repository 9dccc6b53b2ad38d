import type { AnswerKind } from '../protocol/waiting.ts';
import type { FlowResult, RunEvent, StepReport } from '../run/report/events.ts';
import type { ExecutionReport } from '../run/run-once.ts';
import type { Json } from '../runtime/index.ts';
import type { LogEntry } from '../runtime/logger.ts';

/** The executions of flows as a service. Flows are named, executions have ids; what cannot be answered is a `Problem`. */
export interface Executions {
  /** Every flow, by name. */
  flows(): readonly FlowSummary[];
  /** What a flow takes. */
  flow(name: string): Promise<FlowDescription>;
  /**
   * Starts an execution. One of an Express flow is waited for: nothing else will ever tell its result. One that the idempotency
   * key has started before is described as it is now.
   */
  start(request: StartRequest): Promise<Described>;
  /** Its status, and once it has ended its result with all spilled values read back. */
  describe(flow: string, id: string): Promise<Described>;
  /** The same, as soon as it has ended, or after `ms` milliseconds as it is by then. */
  wait(flow: string, id: string, ms: number): Promise<Described>;
  /** Executions of a flow, the latest first. */
  list(flow: string, page?: ListRequest): Promise<ExecutionPage>;
  /** Stops an execution; one that has ended stays as it is. */
  stop(flow: string, id: string, reason?: string): Promise<Described>;
  /** Continues an execution that failed, was stopped or timed out, from where it did. */
  redrive(flow: string, id: string): Promise<Described>;
  /** What its steps did, those of executions that it started included. */
  history(flow: string, id: string, page?: PageRequest): Promise<StepPage>;
  /** Its report as of `run`: once it has ended, or as far as it is. What its steps do is told meanwhile. */
  follow(flow: string, id: string, request?: FollowRequest): Promise<Followed>;
  /** What its components have logged; with `follow`, until it has ended. */
  logs(flow: string, id: string, request: LogRequest): Promise<void>;
  /** The result of an execution that has ended. */
  result(flow: string, id: string): Promise<FlowResult>;
  /** The steps of an execution that wait for an answer, the oldest first. */
  waiting(flow: string, id: string): Promise<WaitingPage>;
  /** Answers a step that waits. The first answer counts. */
  respond(flow: string, id: string, request: RespondRequest): Promise<Responded>;
}

/** What a person says, or the value that a machine sends. */
export type Answer =
  | { readonly approved: boolean; readonly by?: string | undefined; readonly comment?: string | undefined }
  | { readonly value: Json };

/** An answer to a step that waits. */
export interface RespondRequest {
  /** The step's id; `RUNNER.ID` for a step of an inner flow. */
  readonly step: string;
  /** Which item or round it is of, outermost first, joined by `/`. @default the only one that waits */
  readonly item?: string | undefined;
  readonly answer: Answer;
}

/** A step that was answered. */
export interface Responded {
  readonly id: string;
  readonly flow: string;
  readonly step: string;
  readonly item?: string;
}

/** The steps of an execution that wait. */
export interface WaitingPage {
  readonly id: string;
  readonly flow: string;
  readonly waiting: readonly WaitingStep[];
}

/** A step that waits for an answer. */
export interface WaitingStep {
  readonly step: string;
  /** Which item or round it is of; absent of a step in none. */
  readonly item?: string;
  readonly component: string;
  /** Who answers: a person who approves or rejects, or a machine that sends a value. */
  readonly answeredBy: AnswerKind;
  readonly title?: string;
  readonly details?: Json;
  /** Times as in ISO 8601. */
  readonly askedAt: string;
  /** When it times out; absent: with its execution. */
  readonly until?: string;
  /** 0 for the first attempt. */
  readonly attempt: number;
}

/** A flow, briefly. */
export interface FlowSummary {
  readonly name: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly description?: string;
}

/** A flow, with what it takes. */
export interface FlowDescription extends FlowSummary {
  readonly inputSchema?: Json;
  readonly outputSchema?: Json;
  readonly examples: readonly FlowExample[];
}

/** An example of a flow's input. */
export interface FlowExample {
  readonly name?: string;
  readonly description?: string;
  readonly input: Json;
}

/** A request to start a flow: `body` is its input, in JSON. */
export interface StartRequest {
  readonly flow: string;
  readonly body: string;
  /** What messages call it. @default body */
  readonly source?: string;
  /** Requests with the same key and the same input start one execution. */
  readonly idempotencyKey?: string;
  /** Whether an Express flow is only started, too. @default false: its result is waited for */
  readonly isAsync?: boolean;
  /** Milliseconds that the result is to be waited for. @default of an Express flow `patience`, else 0 */
  readonly wait?: number;
  /** Milliseconds that anything may be waited for. */
  readonly patience: number;
}

/** The status of an execution. */
export const EXECUTION_STATUSES = [
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'ABORTED',
  'PENDING_REDRIVE',
] as const;

/** One of {@link EXECUTION_STATUSES}. */
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

/** Whether an execution of this status has no result yet. */
export const isRunning = (status: string): boolean => status === 'RUNNING' || status === 'PENDING_REDRIVE';

/** An execution's status, and its flow's result once it has ended. */
export type Described = { readonly id: string; readonly flow: string; readonly status: string } & (
  | FlowResult
  | object
) & {
    readonly execution: { readonly id: string; readonly durationMs?: number };
  };

/** The result of an execution that has ended; undefined of one that has none. */
export const resultIn = (execution: Described): FlowResult | undefined =>
  'outcome' in execution ? execution : undefined;

/** How an execution is followed. */
export interface FollowRequest {
  /** Receives what its steps do, and did before. */
  readonly onEvent?: (event: RunEvent) => void;
  /** Ends the waiting, not the execution. */
  readonly signal?: AbortSignal;
  /** Whether its end is waited for. @default false */
  readonly untilEnd?: boolean;
  /** Whether it has just been redriven, which its status and history may not show yet. @default false */
  readonly isRedriven?: boolean;
}

/** Which entries of logs are wanted. */
export interface LogRequest {
  /** Receives each entry, in the order of time. */
  readonly onEntry: (entry: LogEntry) => void;
  /** The id of the step that logged. @default those of all steps */
  readonly step?: string | undefined;
  /** Whether later entries are waited for. @default false */
  readonly follow?: boolean;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

/** The report of an execution. Of one that runs there are no metrics, and no critical path. */
export type ReportedExecution = Omit<ExecutionReport, 'metrics'> & Partial<Pick<ExecutionReport, 'metrics'>>;

/** An execution with the report of its steps. */
export type Followed = Described & { readonly execution: ReportedExecution };

/** Which part of a list is wanted. */
export interface PageRequest {
  /** The most entries. */
  readonly limit?: number | undefined;
  /** The `next` of the page before. @default the first page */
  readonly token?: string | undefined;
}

/** Which executions are wanted. */
export interface ListRequest extends PageRequest {
  readonly status?: ExecutionStatus | undefined;
}

/** An execution in a list. */
export interface ListedExecution {
  readonly id: string;
  readonly flow: string;
  readonly status: string;
  /** A time as in ISO 8601. */
  readonly startedAt?: string;
  readonly execution: { readonly id: string; readonly durationMs?: number };
}

/** Some executions of a flow. */
export interface ExecutionPage {
  readonly executions: readonly ListedExecution[];
  /** The token of the next page; absent from the last one. */
  readonly next?: string;
}

/** What some steps of an execution did. */
export interface StepPage {
  readonly id: string;
  readonly flow: string;
  readonly status: string;
  readonly steps: readonly StepReport[];
  /** The token of the next page; absent from the last one. */
  readonly next?: string;
}
