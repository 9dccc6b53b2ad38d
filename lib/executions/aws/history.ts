import type { HistoryEvent } from '../../engine/types.ts';
import type { StepReport } from '../../run/report/events.ts';
import type { Failure } from '../../run/report/step-record.ts';
import { endedSteps, type ReportedFlow, stepsSoFar } from '../../run/report/step-reports.ts';
import { StepTracker } from '../../run/report/track.ts';
import { unknownStates } from '../../run/report/unknown-states.ts';
import { isRunning, type PageRequest, type StepPage } from '../executions.ts';
import { Problem } from '../problem.ts';
import { requireExecution } from './describe.ts';
import { readHistory } from './read-history.ts';
import { type AwsServices, type ExecutionPlace, placeOf } from './services.ts';

/** Steps in a page. */
const PAGE = 1000;

/**
 * What the steps of an execution did, those of executions that it started included: by its events, and the source map of the flow
 * as it is deployed. @throws Problem, also where the execution is of another version of the flow
 */
export async function history(
  services: AwsServices,
  name: string,
  written: string,
  { limit = PAGE, token }: PageRequest,
): Promise<StepPage> {
  const place = placeOf(services.flows, name, written);
  const from = firstOf(token);
  const { status = 'RUNNING' } = await requireExecution(services, place);
  const [{ events }, { report }] = await Promise.all([
    readHistory(services.sfn, place.executionArn),
    place.flow.details(),
  ]);
  const [unknown] = unknownStates(events, report.states);
  if (unknown !== undefined) throw ofAnotherVersion(place, unknown);
  const ending = endingIn(events);
  const steps = stepsIn(events, report, ending);
  const page = steps.slice(from, from + limit);
  const next = from + limit;
  return {
    ...{ id: place.id, flow: place.flow.name, status: ending?.status ?? (isRunning(status) ? status : 'RUNNING') },
    steps: page,
    ...(next < steps.length && { next: String(next) }),
  };
}

/** The token of a page is the number of steps before it; a flow's steps are always in the same order. */
function firstOf(token: string | undefined): number {
  if (token === undefined) return 0;
  if (/^\d{1,6}$/.test(token)) return Number(token);
  throw new Problem(
    'INVALID_REQUEST',
    `${JSON.stringify(token)} is no token of a page of steps; send the "next" of the page before`,
    {
      parameter: 'token',
    },
  );
}

/** How an execution ended. */
interface Ending {
  readonly status: string;
  readonly timestamp: number;
  readonly failure: Failure | undefined;
}

const ENDINGS: { readonly [type: string]: string } = {
  ExecutionSucceeded: 'SUCCEEDED',
  ExecutionFailed: 'FAILED',
  ExecutionTimedOut: 'TIMED_OUT',
  ExecutionAborted: 'ABORTED',
};

/** How the execution itself ended; undefined while it runs, also once more after a redrive. */
function endingIn(events: readonly HistoryEvent[]): Ending | undefined {
  const last = events.findLast(({ execution }) => execution === undefined);
  const status = ENDINGS[last?.type ?? ''];
  if (!last || status === undefined) return undefined;
  const { error, cause } = last.details;
  const failure: Failure | undefined =
    last.type === 'ExecutionFailed'
      ? { error: typeof error === 'string' ? error : 'UNSPECIFIED', ...(typeof cause === 'string' && { cause }) }
      : undefined;
  return { status, timestamp: last.timestamp, failure };
}

function stepsIn(
  events: readonly HistoryEvent[],
  report: ReportedFlow,
  ending: Ending | undefined,
): readonly StepReport[] {
  const tracker = new StepTracker(report.steps, report.states, () => {});
  for (const event of events) tracker.observe(event);
  if (!ending) return stepsSoFar(tracker, report);
  return endedSteps(tracker, report, ending.timestamp, ending.failure).all;
}

const ofAnotherVersion = ({ flow, id }: ExecutionPlace, state: string): Problem =>
  new Problem(
    'OTHER_VERSION',
    `Execution "${id}" is of another version of flow "${flow.name}" than the one that is deployed, which has no state "${state}": its steps cannot be told; the console of Step Functions shows its states`,
  );
