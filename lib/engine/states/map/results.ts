import type { Json, JsonObject } from '../../../protocol/json.ts';
import { QUOTAS } from '../../../protocol/quotas.ts';
import type { Execution } from '../../execution/execution.ts';
import { dataLimitExceeded, jsonBytes } from '../../execution/limits.ts';
import type { ExecutionEnd } from '../../execution/run-to-end.ts';
import { describeExecution } from '../execution-api.ts';

/** The Transformation of a WriterConfig: the description of a child execution, its output alone, or the items of its output. */
export type Transformation = 'NONE' | 'COMPACT' | 'FLATTEN';

/** Collects the results of child executions, and makes the Map's result. */
export interface Results {
  /** Adds a child execution that has ended. `index`: its number. Resolves when more may be added. */
  add(index: number, child: Execution, end: ExecutionEnd): Promise<void> | void;
  /** Completes the results. `pending`: the child executions that never began because too many others failed. */
  close(pending?: AsyncIterable<Execution>): Promise<void>;
  /** Discards the results of a Map Run that was stopped. */
  discard(): Promise<void>;
  /** The Map's result, after `close`. */
  result(): Json;
}

/**
 * The results of a child execution. A failed one is described in full, whatever the transformation.
 * Source: "ResultWriter (Map)", AWS Step Functions developer guide.
 */
export function describeResult(child: Execution, end: ExecutionEnd, transformation: Transformation): readonly Json[] {
  const { status, output = null } = end;
  if (status !== 'SUCCEEDED' || transformation === 'NONE') return [describe(child, end)];
  return transformation === 'FLATTEN' && Array.isArray(output) ? output : [output];
}

/** The description of a child execution that never began. */
export const describePending = (child: Execution): JsonObject => ({
  ExecutionArn: child.id,
  Input: JSON.stringify(child.input),
  InputDetails: { Included: true },
  Name: child.name,
  StateMachineArn: child.context.StateMachine.Id ?? null,
  Status: 'PENDING',
});

/** The description of a child execution as in DescribeExecution, but with times as texts. */
function describe(child: Execution, end: ExecutionEnd): JsonObject {
  const { host, context, startMs } = child;
  const { RedriveCount, RedriveStatus, RedriveStatusReason, ...description } = describeExecution(
    child,
    String(context.StateMachine.Id),
    end,
    true,
  );
  return {
    ...description,
    ...(host.type === 'STANDARD' && redriveOf(end)),
    StartDate: new Date(startMs).toISOString(),
    StopDate: new Date(host.clock.now()).toISOString(),
  };
}

/** Only the Map Run redrives a child execution, and only a failed Standard one. */
const redriveOf = ({ status }: ExecutionEnd): JsonObject =>
  status === 'SUCCEEDED'
    ? {
        RedriveCount: 0,
        RedriveStatus: 'NOT_REDRIVABLE',
        RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
      }
    : { RedriveCount: 0, RedriveStatus: 'REDRIVABLE_BY_MAP_RUN' };

/** Results that become the state's result, a list. They are dropped once they exceed the payload limit. */
export class ListedResults implements Results {
  readonly #transformation: Transformation;
  readonly #stateName: string;
  #parts: (readonly Json[] | undefined)[] = [];
  #bytes = 2;

  constructor(transformation: Transformation, stateName: string) {
    this.#transformation = transformation;
    this.#stateName = stateName;
  }

  add(index: number, child: Execution, end: ExecutionEnd): void {
    const parts = describeResult(child, end, this.#transformation);
    for (const part of parts) this.#bytes += jsonBytes(part) + 1;
    if (this.#isTooLarge) this.#parts = [];
    else this.#parts[index] = parts;
  }

  async close(): Promise<void> {}

  async discard(): Promise<void> {}

  result(): Json {
    if (this.#isTooLarge) throw dataLimitExceeded(this.#stateName);
    return this.#parts.flatMap((parts) => parts ?? []);
  }

  /** The last item has no comma after it. */
  get #isTooLarge(): boolean {
    return this.#bytes - 1 > QUOTAS.payload;
  }
}
