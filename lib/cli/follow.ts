import { type Followed, isRunning, resultIn } from '../executions/executions.ts';
import type { RunEvent } from '../run/report/events.ts';
import type { CommandCall, Options } from './command.ts';
import { EXIT } from './errors.ts';
import type { AskedExecution } from './opened-execution.ts';
import { exitCodeFor, showStatus } from './render/execution.ts';
import { plainProgress, progressFor } from './render/progress.ts';
import { showRun, showTimeline } from './render/run.ts';
import { suggestNext, writeJson } from './report.ts';
import { colorsFor } from './terminal.ts';

type Call = Pick<CommandCall<Options>, 'json' | 'terminal'>;

/** Waits for the end of an execution, and shows what its steps do, as `run` does. Answers the exit code. */
export async function waitForEnd(asked: AskedExecution, { json, terminal }: Call, isRedriven = false): Promise<number> {
  const { executions, flow, id, again } = asked;
  const progress = json ? undefined : progressFor(terminal);
  const onEvent = (event: RunEvent): void => progress?.onEvent(event);
  const followed = await executions
    .follow(flow, id, { onEvent, signal: terminal.signal, untilEnd: true, isRedriven })
    .finally(() => progress?.stop());
  if (json) writeJson(followed, terminal);
  else showEnd(followed, again, { json, terminal });
  // The user has stopped the waiting.
  return isRunning(followed.status) ? EXIT.failed : exitCodeFor(followed);
}

function showEnd(followed: Followed, again: string, { terminal }: Call): void {
  const result = resultIn(followed);
  const { execution } = followed;
  if (result) {
    showRun({ result, execution, diagnostics: [] }, terminal);
    if (result.outcome === 'failed') suggestNext(`redrive ${again}`, terminal);
    return;
  }
  showTimeline(execution, terminal);
  terminal.stderr.write('The execution goes on; only the waiting has ended\n');
  suggestNext(`wait ${again}`, terminal);
}

/** Shows what the steps of an execution have done so far. Answers the exit code. */
export async function showHistory(asked: AskedExecution, { json, terminal }: Call): Promise<number> {
  const { executions, flow, id, again } = asked;
  const progress = json ? undefined : plainProgress(terminal.stdout, colorsFor(terminal.stdout, terminal.env));
  const followed = await executions.follow(flow, id, { onEvent: (event) => progress?.onEvent(event) });
  if (json) writeJson(followed, terminal);
  else {
    showTimeline(followed.execution, terminal);
    showStatus(followed, terminal);
    suggestNext(`${isRunning(followed.status) ? 'wait' : 'result'} ${again}`, terminal);
  }
  return exitCodeFor(followed);
}
