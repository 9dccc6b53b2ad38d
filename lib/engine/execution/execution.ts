import type { Json } from '../../protocol/json.ts';
import type { CompiledMachine } from '../definition/compiled.ts';
import { Branch } from './branch.ts';
import type { Cancellation } from './cancellation.ts';
import { failureDetails, StateFailure } from './failures.ts';
import { checkPayload } from './limits.ts';
import type { Run } from './run.ts';
import { Scope } from './scope.ts';

/** An execution under way: its first thread, and its output to come. */
export interface Started {
  readonly branch: Branch;
  readonly output: Promise<Json>;
}

/** Starts an execution. Its `output` rejects with a StateFailure; either end is recorded, but not an abort. */
export function start(run: Run, machine: CompiledMachine, input: Json, parent?: Cancellation): Started {
  const branch = new Branch(run, run.path, new Scope(run.variables), 0, parent);
  return { branch, output: perform(run, branch, machine, input) };
}

async function perform(run: Run, branch: Branch, machine: CompiledMachine, input: Json): Promise<Json> {
  // AWS's histories do not lead back to this event: the first state's follows on none.
  run.history.append(0, 'ExecutionStarted', { input });
  try {
    checkPayload(input, run.host.stateMachineName);
    const output = await branch.walk(machine, input);
    run.history.end(branch.lastEvent, 'ExecutionSucceeded', { output });
    return output;
  } catch (thrown) {
    if (thrown instanceof StateFailure) run.history.end(branch.lastEvent, 'ExecutionFailed', failureDetails(thrown));
    throw thrown;
  }
}
