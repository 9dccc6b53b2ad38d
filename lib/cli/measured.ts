import { dirname, resolve } from 'node:path';
import type { ProfileSource } from '../compiler/plan/durations.ts';
import type { HistoryEvent } from '../engine/types.ts';
import type { OpenedFlow } from '../project/open-flow.ts';
import type { MeasuredRun, MeasuredRuns } from '../simulate/cost-rows.ts';
import { UsageError } from './errors.ts';
import { checkChoice, EXECUTION_OPTIONS, type ExecutionChoice, readExecutions } from './executions.ts';
import type { FlowFile } from './flow-files.ts';
import type { Terminal } from './terminal.ts';

/** The options that name runs to show beside what is predicted. */
export const MEASURED_OPTIONS = {
  ...EXECUTION_OPTIONS,
  run: { kind: 'text', value: 'ID', summary: 'a run on this machine that succeeded, by its id' },
} as const;

/** What the user gave of {@link MEASURED_OPTIONS}. */
export interface MeasuredChoice extends ExecutionChoice {
  readonly run: string | undefined;
}

/** Where to show what goes wrong. */
interface Shown {
  readonly command: string;
  readonly json: boolean;
  readonly terminal: Terminal;
}

/** Whether the user names runs. Refuses options that contradict each other. */
export function asksForRuns(choice: MeasuredChoice): boolean {
  checkChoice(choice);
  const isDeployed = choice.execution !== undefined || choice.last !== undefined;
  if (isDeployed && choice.run !== undefined)
    throw new UsageError('--run and deployed executions exclude each other', 'give --run, --last N or --execution ARN');
  return isDeployed || choice.run !== undefined;
}

/** What was measured of the runs that the user names; undefined where they cannot be read, which has been said. */
export async function measuredRuns(
  choice: MeasuredChoice,
  flow: OpenedFlow,
  file: FlowFile,
  shown: Shown,
): Promise<MeasuredRuns | undefined> {
  const runs = await readRuns(choice, flow, file, shown);
  if (!runs) return undefined;
  const [{ measureRuns }, { memorySizes }] = await Promise.all([
    import('../simulate/cost-rows.ts'),
    import('../project/load-flows.ts'),
  ]);
  const priced = { compiled: flow.compiled, memoryOf: await memorySizes(flow) };
  return measureRuns(priced, runs.runs, runs.source);
}

interface Runs {
  readonly runs: readonly MeasuredRun[];
  readonly source: ProfileSource;
}

async function readRuns(
  choice: MeasuredChoice,
  { compiled }: OpenedFlow,
  file: FlowFile,
  shown: Shown,
): Promise<Runs | undefined> {
  if (choice.run !== undefined) return readLocalRun(choice.run, file, shown.terminal);
  const found = await readExecutions(choice, { file: file.file, compiled }, shown);
  if (!found) return undefined;
  const { expressItemsIn, measureExecutions } = await import('../simulate/measured-executions.ts');
  const { executions, logs } = found;
  const { source } = measureExecutions(compiled, executions, logs);
  const runs = executions.map((execution): MeasuredRun => {
    const { events, weights } = execution;
    return { events, weights, reports: logs.reports, expressItems: expressItemsIn(execution) };
  });
  return { runs, source };
}

/** Replays the journal of a run that succeeded: nothing is called again. */
async function readLocalRun(id: string, { file, text }: FlowFile, { cwd }: Terminal): Promise<Runs> {
  const { ResumeError, replayRun } = await import('../run/run-flow.ts');
  const events: HistoryEvent[] = [];
  const place = { id, file, home: dirname(resolve(cwd, file)), source: text };
  await replayRun({ ...place, onHistory: (event) => events.push(event) }).catch((error: unknown) => {
    throw error instanceof ResumeError ? new UsageError(error.message, error.help) : error;
  });
  return { runs: [{ events }], source: { kind: 'local', at: new Date().toISOString(), runs: 1 } };
}
