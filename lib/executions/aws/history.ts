import { isRunning, type PageRequest, type StepPage } from '../executions.ts';
import { Problem } from '../problem.ts';
import { requireExecution } from './describe.ts';
import { ObservedSteps } from './observed-steps.ts';
import { readHistory } from './read-history.ts';
import { type AwsServices, placeOf } from './services.ts';

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
    place.flow.details(place.executionArn),
  ]);
  const observed = new ObservedSteps(place, report);
  observed.add(events);
  const { ending } = observed;
  const steps = observed.steps();
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
