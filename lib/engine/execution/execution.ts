import type { Json } from '../../protocol/json.ts';
import type { S3Objects } from '../objects.ts';
import type { Clock, HistoryEvent, MachineResolver, TaskResolver } from '../types.ts';
import { type ExecutionContext, executionContext } from './context-object.ts';
import { History } from './history.ts';
import type { VariableBudget } from './scope.ts';
import type { TaskTokens } from './task-tokens.ts';
import { uuidFrom } from './uuid.ts';

/** What an execution is given by its host. */
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
  readonly latency: ((stateName: string) => number) | undefined;
  /** What all executions share that the host's one call sets going. */
  readonly executionTree: ExecutionTree;
}

/** The executions of one call of the host. */
export interface ExecutionTree {
  /** The ids of those that tasks started: AWS lets none be used twice. */
  readonly ids: Set<string>;
  /** The ends of those that nobody in the family waits for. */
  readonly detached: Promise<unknown>[];
  /** Stops them all. */
  readonly signal: AbortSignal | undefined;
}

/** States entered and retried, over an execution and all its child executions. */
export interface TransitionCounter {
  transitions: number;
}

/** One execution: what all its branches share. */
export class Execution {
  readonly id: string;
  readonly name: string;
  readonly input: Json;
  /** When it was started, in milliseconds since the epoch. */
  readonly startMs: number;
  readonly host: Host;
  readonly history: History;
  readonly context: ExecutionContext;
  readonly variables: VariableBudget = { bytes: 0 };
  readonly counter: TransitionCounter;
  /** Whether another execution started it: a distributed Map's, or a task's. */
  readonly isChild: boolean;
  /** Stands before the paths of its visits: where in its parent it was started. */
  readonly path: string;

  constructor(host: Host, name: string, input: Json, parent?: Execution, path = '') {
    const own = `${host.stateMachineName}:${name}`;
    // Express executions may have the same name: a part of its own tells each from the others.
    const kind = host.type === 'EXPRESS' ? `express:${own}:${uuidFrom(host.random)}` : `execution:${own}`;
    this.id = `arn:aws:states:local:000000000000:${kind}`;
    this.name = name;
    this.input = input;
    this.startMs = host.clock.now();
    this.host = host;
    this.isChild = parent !== undefined;
    this.path = path;
    this.counter = parent?.counter ?? { transitions: 0 };
    this.history = new History(host.clock, host.onEvent, host.type, this.isChild ? this.id : undefined);
    this.context = executionContext(this.id, name, input, this.startMs, host.stateMachineName);
  }
}
