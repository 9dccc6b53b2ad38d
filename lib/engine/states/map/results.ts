import type { Json, JsonObject } from '../../../protocol/json.ts';
import { QUOTAS } from '../../../protocol/quotas.ts';
import type { Execution } from '../../execution/execution.ts';
import { dataLimitExceeded, jsonBytes } from '../../execution/limits.ts';
import type { ExecutionEnd } from '../../execution/run-to-end.ts';
import { describeExecution } from '../execution-api.ts';

/** What is told of a child execution: all there is to know, its output alone, or that output's own items. */
export type Transformation = 'NONE' | 'COMPACT' | 'FLATTEN';

/** Takes the ends of child executions in, and gives the Map's result. */
export interface Results {
  /** `index`: which of the child executions it is. Resolves when more may be given. */
  add(index: number, child: Execution, end: ExecutionEnd): Promise<void> | void;
  /** All have ended, or no more are waited for. `pending`: those that never began, where too many others failed. */
  close(pending?: AsyncIterable<Execution>): Promise<void>;
  /** Nobody waits for them any more. */
  discard(): Promise<void>;
  /** The Map's result, when all have ended and were closed. */
  result(): Json;
}

/**
 * What is told of a child execution. Of one that has failed all is told, whatever the transformation.
 * Source: "ResultWriter (Map)", AWS Step Functions developer guide.
 */
export function describeResult(child: Execution, end: ExecutionEnd, transformation: Transformation): readonly Json[] {
  const { status, output = null } = end;
  if (status !== 'SUCCEEDED' || transformation === 'NONE') return [describe(child, end)];
  return transformation === 'FLATTEN' && Array.isArray(output) ? output : [output];
}

/** A child execution that never began. */
export const describePending = (child: Execution): JsonObject => ({
  ExecutionArn: child.id,
  Input: JSON.stringify(child.input),
  InputDetails: { Included: true },
  Name: child.name,
  StateMachineArn: child.context.StateMachine.Id ?? null,
  Status: 'PENDING',
});

/** A child execution as DescribeExecution tells of it, its times as texts. */
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

/** A child execution is redriven by its Map Run, and never when it went well; an Express one cannot be. */
const redriveOf = ({ status }: ExecutionEnd): JsonObject =>
  status === 'SUCCEEDED'
    ? {
        RedriveCount: 0,
        RedriveStatus: 'NOT_REDRIVABLE',
        RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
      }
    : { RedriveCount: 0, RedriveStatus: 'REDRIVABLE_BY_MAP_RUN' };

/** Results that become the state's result, a list. What is more than a result can be is not kept. */
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
