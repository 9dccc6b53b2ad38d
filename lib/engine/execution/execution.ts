import type { Json } from '../../protocol/json.ts';
import type { S3Objects } from '../objects.ts';
import type { Clock, ExecuteOptions, HistoryEvent, MachineResolver, TaskResolver } from '../types.ts';
import { type ExecutionContext, executionContext } from './context-object.ts';
import { History } from './history.ts';
import type { VariableBudget } from './scope.ts';
import type { TaskTokens } from './task-tokens.ts';
import { uuidFrom } from './uuid.ts';

/** What the host, the program that runs the engine, provides to its executions. */
export interface Host {
  readonly resolver: TaskResolver;
  readonly tokens: TaskTokens | undefined;
  readonly nestedMachines: MachineResolver | undefined;
  readonly objects: S3Objects | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly stateMachineName: string;
  readonly onEvent: ((event: HistoryEvent) => void) | undefined;
  readonly latency: ExecuteOptions['latency'];
  /** Shared by the execution that the host started and all its child executions. */
  readonly executionTree: ExecutionTree;
}

/** The execution that the host started and all child executions below it. */
export interface ExecutionTree {
  /** The ids of executions that tasks started under a name of their own, which must be unique on AWS. */
  readonly ids: Set<string>;
  /** The ends of executions that tasks started without waiting for them. */
  readonly detached: Promise<unknown>[];
  /** Aborts all of them. */
  readonly signal: AbortSignal | undefined;
}

/** States entered and retried, in an execution and all its child executions of the same type. */
export interface TransitionCounter {
  transitions: number;
}

/** One execution, with the state that all its branches share. */
export class Execution {
  readonly id: string;
  readonly name: string;
  readonly input: Json;
  /** When it started, in milliseconds since the epoch. */
  readonly startMs: number;
  readonly host: Host;
  readonly history: History;
  readonly context: ExecutionContext;
  readonly variables: VariableBudget = { bytes: 0 };
  readonly counter: TransitionCounter;
  /** Whether another execution started it, by a distributed Map or a task. */
  readonly isChild: boolean;
  /** How many executions it is nested in, each started by the one around it. */
  readonly depth: number;
  /** The prefix of the paths of its visits: the position in its parent where it was started. */
  readonly path: string;

  constructor(host: Host, name: string, input: Json, parent?: Execution, path = '') {
    const qualifiedName = `${host.stateMachineName}:${name}`;
    // Several Express executions may have the same name: a UUID makes the id unique.
    const kind =
      host.type === 'EXPRESS' ? `express:${qualifiedName}:${uuidFrom(host.random)}` : `execution:${qualifiedName}`;
    this.id = `arn:aws:states:local:000000000000:${kind}`;
    this.name = name;
    this.input = input;
    this.startMs = host.clock.now();
    this.host = host;
    this.isChild = parent !== undefined;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
    this.path = path;
    // Express executions in a Standard one are not billed by their transitions.
    this.counter = parent?.host.type === host.type ? parent.counter : { transitions: 0 };
    this.history = new History(host.clock, host.onEvent, host.type, this.isChild ? this.id : undefined);
    this.context = executionContext(this.id, name, input, this.startMs, host.stateMachineName);
  }
}
