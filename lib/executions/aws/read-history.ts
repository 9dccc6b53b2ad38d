import {
  type HistoryEvent as AwsHistoryEvent,
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
  const reader = new HistoryReader(client, executionArn);
  const events = await reader.next();
  const { mapRuns, weights } = reader;
  return { events, mapRuns, weights };
}

/** An execution whose history is read. */
interface FollowedExecution {
  readonly reader: AwsHistoryReader;
  /** The id of the last event that was read; an execution counts its events from 1. */
  lastId: number;
  /** Whether it is a child that has ended, so that nothing more will come. */
  isOver: boolean;
  /** What it has started: each answers the events that are new. */
  readonly started: (() => Promise<readonly HistoryEvent[]>)[];
}

/** Reads the history of an execution and of those that it started, again and again: each time what has come since. */
export class HistoryReader {
  readonly weights = new Map<string, number>();
  readonly #client: SFNClient;
  readonly #executionArn: string;
  readonly #executions = new Map<string, FollowedExecution>();
  readonly #mapRuns = new Map<string, ReadMapRun>();
  readonly #limit = pLimit(REQUESTS);

  constructor(client: SFNClient, executionArn: string) {
    this.#client = client;
    this.#executionArn = executionArn;
  }

  /** The items of distributed Maps. */
  get mapRuns(): readonly ReadMapRun[] {
    return [...this.#mapRuns.values()];
  }

  /** The events since the last call; at first, all there are. */
  next(): Promise<readonly HistoryEvent[]> {
    return this.#eventsOf(this.#executionArn);
  }

  /**
   * The new events of an execution and of those that it started. `weight`: for how many executions it stands, if it is not the one
   * that was asked for.
   */
  async #eventsOf(executionArn: string, weight?: number): Promise<readonly HistoryEvent[]> {
    if (weight !== undefined && weight !== 1) this.weights.set(executionArn, weight);
    const isChild = weight !== undefined;
    const known = this.#executions.get(executionArn) ?? followed(isChild ? executionArn : undefined);
    this.#executions.set(executionArn, known);
    if (known.isOver) return [];
    const own = await this.#limit(() => this.#ownEvents(executionArn, known));
    // What was started is read after its own events, and comes before them: they may tell of its end.
    const before = await Promise.all([...known.started].map((read) => read()));
    const parts = await Promise.all(
      own.map(async (event) => {
        const read = this.#startedBy(event, weight ?? 1);
        if (!read) return [event];
        known.started.push(read);
        return [event, ...(await read())];
      }),
    );
    known.isOver = isChild && ENDED.test(own.at(-1)?.type ?? '');
    return [...before, ...parts].flat();
  }

  /** Later events are read from the end, as far as those that are known. */
  async #ownEvents(executionArn: string, known: FollowedExecution): Promise<readonly HistoryEvent[]> {
    const { lastId, reader } = known;
    const read: AwsHistoryEvent[] = [];
    const isLater = lastId > 0;
    const pages = paginateGetExecutionHistory(
      { client: this.#client, pageSize: isLater ? LATER_PAGE : 1000 },
      { executionArn, includeExecutionData: true, ...(isLater && { reverseOrder: true }) },
    );
    for await (const { events = [] } of pages) {
      const fresh = events.filter(({ id = 0 }) => id > lastId);
      read.push(...fresh);
      if (isLater && fresh.length < events.length) break;
    }
    if (isLater) read.reverse();
    known.lastId = read.at(-1)?.id ?? lastId;
    return read.map((event) => reader.read(event));
  }

  /** Reads what an event has started. */
  #startedBy({ type, stateName = '', details }: HistoryEvent, weight: number) {
    if (type === 'TaskSubmitted') {
      const started = startedExecution(details.output);
      return started === undefined ? undefined : () => this.#eventsOf(started, weight);
    }
    const { mapRunArn: arn } = details;
    if (type !== 'MapRunStarted' || typeof arn !== 'string') return undefined;
    const read = new Set<string>();
    return () => this.#itemsOf({ arn, stateName, weight }, read);
  }

  /** `read`: the children whose histories are read already. */
  async #itemsOf(
    mapRun: Pick<ReadMapRun, 'arn' | 'stateName' | 'weight'>,
    read: Set<string>,
  ): Promise<readonly HistoryEvent[]> {
    const mapRunArn = mapRun.arn;
    const { executionCounts } = await this.#limit(() => this.#client.send(new DescribeMapRunCommand({ mapRunArn })));
    const listed = await this.#limit(() => this.#childrenOf(mapRunArn));
    for (const { executionArn } of listed ?? [])
      if (executionArn !== undefined && read.size < CHILDREN_READ) read.add(executionArn);
    const children = Math.max(executionCounts?.total ?? 0, read.size);
    this.#mapRuns.set(mapRunArn, { ...mapRun, children, read: [...read], express: listed === undefined });
    const weight = mapRun.weight * (children / read.size);
    return (await Promise.all([...read].map((arn) => this.#eventsOf(arn, weight)))).flat();
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

const followed = (child: string | undefined): FollowedExecution => ({
  ...{ reader: new AwsHistoryReader(child), lastId: 0, isOver: false, started: [] },
});

/** The event with which an execution ends. */
const ENDED = /^Execution(?:Succeeded|Failed|TimedOut|Aborted)$/;

/** Events in a page of those that have come since: mostly a few. */
const LATER_PAGE = 100;

/** The ARN of the Standard execution that a task waits for. */
function startedExecution(output: Json | undefined): string | undefined {
  const arn = isObject(output) ? output.ExecutionArn : undefined;
  return typeof arn === 'string' && /:execution:/.test(arn) ? arn : undefined;
}
