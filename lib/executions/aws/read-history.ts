import {
  DescribeMapRunCommand,
  type ExecutionListItem,
  paginateGetExecutionHistory,
  paginateListExecutions,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import pLimit from 'p-limit';
import { AwsHistoryReader } from '../../engine/execution/read-aws-history.ts';
import type { HistoryEvent } from '../../engine/types.ts';
import { isObject, type Json } from '../../protocol/json.ts';
import type { MeasuredMapRun } from '../measured/measured-execution.ts';

/** The history of an execution, and those of the executions that it started: their events come after the event that tells of the start. */
export interface ReadHistory {
  readonly events: readonly HistoryEvent[];
  readonly mapRuns: readonly ReadMapRun[];
  /** For how many executions each stands whose history was read instead of those of others, by its ARN. */
  readonly weights: ReadonlyMap<string, number>;
}

/** What was read of the items of a distributed Map: some of many, none of Express ones. */
export interface ReadMapRun extends MeasuredMapRun {
  readonly arn: string;
}

/** The child executions of a distributed Map whose histories are read: more would tell little else, and take minutes. */
const CHILDREN_READ = 100;

/** Requests at a time: Step Functions allows few a second, and the client repeats what was refused. */
const REQUESTS = 4;

/** Reads the history of an execution as far as it goes, those nested in it, and the items of its distributed Maps. */
export async function readHistory(client: SFNClient, executionArn: string): Promise<ReadHistory> {
  const reader = new TreeReader(client);
  const events = await reader.eventsOf(executionArn);
  const { mapRuns, weights } = reader;
  return { events, mapRuns, weights };
}

/** Follows an execution into those that it started. */
class TreeReader {
  readonly mapRuns: ReadMapRun[] = [];
  readonly weights = new Map<string, number>();
  readonly #client: SFNClient;
  readonly #limit = pLimit(REQUESTS);

  constructor(client: SFNClient) {
    this.#client = client;
  }

  /**
   * The events of an execution and of those that it started. `weight`: for how many executions it stands, if it is not the one
   * that was asked for.
   */
  async eventsOf(executionArn: string, weight?: number): Promise<readonly HistoryEvent[]> {
    if (weight !== undefined && weight !== 1) this.weights.set(executionArn, weight);
    const own = await this.#limit(() => this.#ownEvents(executionArn, weight !== undefined));
    const parts = await Promise.all(own.map(async (event) => [event, ...(await this.#startedBy(event, weight ?? 1))]));
    return parts.flat();
  }

  async #ownEvents(executionArn: string, child: boolean): Promise<readonly HistoryEvent[]> {
    const reader = new AwsHistoryReader(child ? executionArn : undefined);
    const read: HistoryEvent[] = [];
    const pages = paginateGetExecutionHistory(
      { client: this.#client, pageSize: 1000 },
      { executionArn, includeExecutionData: true },
    );
    for await (const { events = [] } of pages) read.push(...events.map((event) => reader.read(event)));
    return read;
  }

  async #startedBy({ type, stateName = '', details }: HistoryEvent, weight: number): Promise<readonly HistoryEvent[]> {
    if (type === 'TaskSubmitted') {
      const started = startedExecution(details.output);
      return started === undefined ? [] : this.eventsOf(started, weight);
    }
    if (type !== 'MapRunStarted' || typeof details.mapRunArn !== 'string') return [];
    return this.#itemsOf({ arn: details.mapRunArn, stateName, weight });
  }

  async #itemsOf(mapRun: Pick<ReadMapRun, 'arn' | 'stateName' | 'weight'>): Promise<readonly HistoryEvent[]> {
    const mapRunArn = mapRun.arn;
    const { executionCounts } = await this.#limit(() => this.#client.send(new DescribeMapRunCommand({ mapRunArn })));
    const listed = await this.#limit(() => this.#childrenOf(mapRunArn));
    const read = (listed ?? []).flatMap(({ executionArn }) => executionArn ?? []);
    const children = Math.max(executionCounts?.total ?? 0, read.length);
    this.mapRuns.push({ ...mapRun, children, read, express: listed === undefined });
    const weight = mapRun.weight * (children / read.length);
    return (await Promise.all(read.map((arn) => this.eventsOf(arn, weight)))).flat();
  }

  /** Undefined for Express ones, which are not listed and have no histories. */
  async #childrenOf(mapRunArn: string): Promise<readonly ExecutionListItem[] | undefined> {
    const found: ExecutionListItem[] = [];
    try {
      const pages = paginateListExecutions({ client: this.#client, pageSize: CHILDREN_READ }, { mapRunArn });
      for await (const { executions = [] } of pages) {
        found.push(...executions);
        if (found.length >= CHILDREN_READ) break;
      }
    } catch (error) {
      if (!(error instanceof Error && error.name === 'StateMachineTypeNotSupported')) throw error;
      return undefined;
    }
    return found.slice(0, CHILDREN_READ);
  }
}

/** The ARN of the Standard execution that a task waits for. */
function startedExecution(output: Json | undefined): string | undefined {
  const arn = isObject(output) ? output.ExecutionArn : undefined;
  return typeof arn === 'string' && /:execution:/.test(arn) ? arn : undefined;
}
