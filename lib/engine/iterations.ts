import type { Json } from '../runtime/json.ts';
import type { Branch } from './branch.ts';
import { Cancellation } from './cancellation.ts';
import type { CompiledMachine } from './compiled.ts';
import { start } from './execution.ts';
import { failureDetails, StateFailure } from './failures.ts';
import type { Items } from './map-items.ts';
import type { Tolerance } from './map-tolerance.ts';
import { Run } from './run.ts';
import { uuidFrom } from './uuid.ts';
import type { Visit } from './visit.ts';

/** What a Map is to do. */
export interface Iterations extends Items, Tolerance {}

/** Runs each iteration as a thread of this execution. The first failure stops all. */
export async function runInline(visit: Visit, machine: CompiledMachine, iterations: Iterations): Promise<Json[]> {
  const results: Json[] = new Array(iterations.list.length);
  const open = new Set<Branch>();
  try {
    await pool(iterations, async (index) => {
      const input = await iterations.inputOf(index);
      const branch = visit.branch.inner(visit.pathOf(index), { index, value: iterations.list[index] ?? null });
      open.add(branch);
      results[index] = await iteration(visit, branch, machine, input, index);
      open.delete(branch);
    });
    return results;
  } finally {
    for (const branch of open) branch.cancellation.abort();
  }
}

async function iteration(
  visit: Visit,
  branch: Branch,
  machine: CompiledMachine,
  input: Json,
  index: number,
): Promise<Json> {
  const { name } = visit.state;
  const details = { name, index };
  branch.record('MapIterationStarted', details, name);
  try {
    const output = await branch.walk(machine, input);
    branch.record('MapIterationSucceeded', details, name);
    return output;
  } catch (thrown) {
    if (thrown instanceof StateFailure && !branch.run.history.full) branch.record('MapIterationFailed', details, name);
    throw thrown;
  } finally {
    visit.branch.lastEvent = Math.max(visit.branch.lastEvent, branch.lastEvent);
  }
}

/** Runs each iteration as an execution of its own, with its own history. More failures than are tolerated stop all. */
export async function runDistributed(visit: Visit, machine: CompiledMachine, iterations: Iterations): Promise<Json[]> {
  const { run } = visit.branch;
  const cancellation = new Cancellation(visit.branch.cancellation);
  const mapRun = {
    mapRunArn: `${run.id.replace(/:(?:execution|express):/, ':mapRun:')}/${visit.state.name}:${uuidFrom(run.host.random)}`,
  };
  const results: (Json | undefined)[] = new Array(iterations.list.length);
  let failures = 0;
  visit.record('MapRunStarted', mapRun);
  try {
    await pool(iterations, async (index) => {
      const input = await iterations.inputOf(index);
      try {
        const child = new Run(run.host, uuidFrom(run.host.random), input, run, visit.pathOf(index));
        results[index] = await start(child, machine, input, cancellation).output;
      } catch (thrown) {
        if (!(thrown instanceof StateFailure)) throw thrown;
        failures += 1;
        if (failures > iterations.toleratedFailures) throw tooManyFailures();
      }
    });
  } catch (thrown) {
    cancellation.abort();
    visit.branch.cancellation.check();
    const failure = visit.asFailure(thrown);
    if (!run.history.full) visit.record('MapRunFailed', failureDetails(failure));
    throw failure;
  }
  cancellation.done();
  visit.record('MapRunSucceeded', {});
  // A tolerated failure leaves no result.
  return results.filter((result) => result !== undefined);
}

const tooManyFailures = (): StateFailure =>
  new StateFailure('States.ExceedToleratedFailureThreshold', 'The specified tolerated failure threshold was exceeded');

/** Runs `one` for each item, so many at a time, and stops taking up items after the first that throws. */
async function pool({ list, maxConcurrency }: Iterations, one: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    try {
      while (next < list.length) await one(next++);
    } catch (thrown) {
      next = list.length;
      throw thrown;
    }
  };
  await Promise.all(Array.from({ length: Math.min(maxConcurrency, list.length) }, worker));
}
