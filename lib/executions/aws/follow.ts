import type { ReportedFlow } from '../../run/report/step-reports.ts';
import { type Followed, type FollowRequest, isRunning } from '../executions.ts';
import { describeFound, requireExecution } from './describe.ts';
import { ObservedSteps } from './observed-steps.ts';
import { HistoryReader } from './read-history.ts';
import { type AwsServices, type NamedFlow, placeOf } from './services.ts';

/** Milliseconds between two looks at a history: after one that found something, and the longest. */
const SOONEST = 500;
const LATEST = 5000;

/** How often a history that ends where it did before is looked at once more. */
const DOUBTS = 5;

/** Tells what the steps of an execution do, and reports them: once it has ended, or at once. @throws Problem */
export async function follow(
  services: AwsServices,
  name: string,
  written: string,
  { onEvent = () => {}, signal, untilEnd = false, isRedriven = false }: FollowRequest,
): Promise<Followed> {
  const place = placeOf(services.flows, name, written);
  let found = await requireExecution(services, place);
  const { report } = await place.flow.details(place.executionArn);
  onEvent(beginning(place.flow, place.id, report));
  const observed = new ObservedSteps(place, report, onEvent);
  const reader = new HistoryReader(services.sfn, place.executionArn);
  // A redrive shows a moment later.
  let doubts = isRedriven ? DOUBTS : 0;
  for (let pause = SOONEST, looks = 0; ; looks += 1) {
    const events = await reader.next();
    observed.add(events);
    doubts = looks > 0 && events.length > 0 ? 0 : doubts - 1;
    // After a redrive either may tell of the end before, as both are behind by a moment.
    if (observed.ending && isRunning(found.status ?? '')) found = await requireExecution(services, place);
    const isOver = observed.ending !== undefined && !isRunning(found.status ?? '') && doubts <= 0;
    if (isOver || !untilEnd || signal?.aborted) break;
    pause = events.length > 0 ? SOONEST : Math.min(LATEST, pause * 1.5);
    await services.pause(pause, signal).catch(unlessAborted(signal));
    if (!isOver) found = { ...found, status: 'RUNNING' };
  }
  const described = await describeFound(services, place, found);
  const { execution, failed } = observed.report(Date.now());
  if (!('outcome' in described && described.outcome === 'failed' && failed)) return { ...described, execution };
  return { ...described, error: { ...described.error, data: failed }, execution };
}

const beginning = ({ name: flow }: NamedFlow, execution: string, { steps, absorbed }: ReportedFlow) => ({
  ...{ type: 'run-started' as const, atMs: 0, flow, execution },
  steps: steps.flatMap(({ fusedBefore = [], ...step }) => [...fusedBefore, step]).filter(({ added }) => !added),
  absorbed: absorbed.filter(({ never }) => !never).length,
});

const unlessAborted =
  (signal: AbortSignal | undefined) =>
  (error: unknown): void => {
    if (!signal?.aborted) throw error;
  };
