import { type Described, isRunning } from '../executions.ts';
import { describeFound, requireExecution } from './describe.ts';
import type { AwsServices, ExecutionPlace } from './services.ts';

/** Milliseconds between the questions whether an execution has ended: the first ones, and all further ones. */
const PAUSES = [100, 200, 400, 800];
const LONGEST_PAUSE = 1500;

/** An execution as soon as it has ended, or after `ms` milliseconds as it is by then. @throws Problem */
export async function waitFor(services: AwsServices, place: ExecutionPlace, ms: number): Promise<Described> {
  const end = performance.now() + ms;
  let left = ms;
  for (let asked = 0; ; asked++) {
    const found = await requireExecution(services, place);
    // What answers take is part of the time.
    left = Math.min(left, end - performance.now());
    if (!isRunning(found.status ?? 'RUNNING') || left <= 0) return describeFound(services, place, found);
    const pause = Math.min(PAUSES[asked] ?? LONGEST_PAUSE, left);
    await services.pause(pause);
    left -= pause;
  }
}
