import type { Json } from '../runtime/json.ts';
import { type ExecutionContext, executionContext } from './context-object.ts';
import { History } from './history.ts';
import type { VariableBudget } from './scope.ts';
import type { Clock, HistoryEvent, TaskResolver } from './types.ts';

/** What an execution is given by its host. */
export interface Host {
  readonly resolver: TaskResolver;
  readonly clock: Clock;
  readonly random: () => number;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly stateMachineName: string;
  readonly onEvent: ((event: HistoryEvent) => void) | undefined;
}

/** States entered, over an execution and all its child executions. */
export interface Counter {
  transitions: number;
}

/** One execution: what all its branches share. */
export class Run {
  readonly id: string;
  readonly name: string;
  readonly host: Host;
  readonly history: History;
  readonly context: ExecutionContext;
  readonly variables: VariableBudget = { bytes: 0 };
  readonly counter: Counter;
  /** Whether it is a child execution of a distributed Map. */
  readonly isChild: boolean;

  constructor(host: Host, name: string, input: Json, parent?: Run) {
    const kind = host.type === 'EXPRESS' ? 'express' : 'execution';
    this.id = `arn:aws:states:local:000000000000:${kind}:${host.stateMachineName}:${name}`;
    this.name = name;
    this.host = host;
    this.isChild = parent !== undefined;
    this.counter = parent?.counter ?? { transitions: 0 };
    this.history = new History(host.clock, host.onEvent, host.type, this.isChild ? this.id : undefined);
    this.context = executionContext(this.id, name, input, host.clock.now(), host.stateMachineName);
  }
}
