import type { HistoryEvent } from '../../engine/types.ts';

/** A deployed execution of a flow, as far as it is measured. */
export interface MeasuredExecution {
  readonly arn: string;
  readonly stateMachineArn: string;
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  readonly stopMs: number;
  /** Its events, and those of the executions that it started. */
  readonly events: readonly HistoryEvent[];
  /** For how many executions each stands whose history was read instead of those of others, by its ARN. */
  readonly weights: ReadonlyMap<string, number>;
  readonly mapRuns: readonly MeasuredMapRun[];
}

/** What was read of the items of a distributed Map. */
export interface MeasuredMapRun {
  readonly stateName: string;
  /** How many child executions it had. */
  readonly children: number;
  /** The ARNs of those whose histories were read. */
  readonly read: readonly string[];
  /** Whether its children are Express executions, which have no histories. */
  readonly express: boolean;
  /** For how many Map Runs it stands: more than one in an execution that stands for others. */
  readonly weight: number;
}

/** What was read of the logs of the functions that executions called. */
export interface ReadLogs {
  /** What Lambda reports of calls, by the ids of their requests. */
  readonly reports: ReadonlyMap<string, CallReport>;
  /** Why logs were not read, as sentences for users. */
  readonly problems: readonly string[];
}

/** What Lambda reports of a call of a function that has ended: the REPORT line of its log. */
export interface CallReport {
  /** For how long it is billed, in milliseconds; of a cold start with what AWS bills of the initialisation. */
  readonly billedMs: number;
  /** The memory that the function has, in MB, for which it is billed. */
  readonly memoryMb: number;
  /** The most memory that its environment has used so far, in MB. */
  readonly maxMemoryMb: number;
  /** How long the initialisation of a cold start took, in milliseconds; absent where none was needed. */
  readonly initMs?: number;
}
