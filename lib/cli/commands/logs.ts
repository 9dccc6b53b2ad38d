import { setTimeout as sleep } from 'node:timers/promises';
import type { LogEntry } from '../../runtime/logger.ts';
import { type CommandCall, defineCommand } from '../command.ts';
import { EXIT, UsageError } from '../errors.ts';
import { findLocalRun } from '../local-runs.ts';
import { EXECUTION_CHOICE, withExecution } from '../opened-execution.ts';
import { entryLine } from '../render/step-line.ts';
import { PLACE_OPTIONS } from '../stack.ts';
import { colorsFor } from '../terminal.ts';

const options = {
  step: { kind: 'text', value: 'ID', summary: 'only what this step logged' },
  follow: { kind: 'flag', summary: 'wait for later entries, until the execution has ended' },
  ...EXECUTION_CHOICE,
} as const;

/** `stepflow logs [ID]` */
export const logsCommand = defineCommand({
  name: 'logs',
  summary: 'Show what the components of a run on this machine logged, or of a deployed execution.',
  positionals: [
    {
      name: 'ID',
      summary: 'a run on this machine by the beginning of its id, else a deployed execution (default: the latest run)',
      optional: true,
    },
  ],
  options,
  json: 'an entry a line',
  examples: [
    'logs',
    'logs 0f7a1c2e --step load_user',
    'logs 0f7a1c2e-6a3b-4d55-9d0e-7f3f1f0c2b11 --stack Insights --follow',
  ],
  action: async (call) => {
    const { args, options: given, terminal } = call;
    const [id] = args;
    const isDeployed =
      id?.startsWith('arn:') || ['flow', ...Object.keys(PLACE_OPTIONS)].some((name) => isGiven(given, name));
    if (id === undefined && isDeployed)
      throw new UsageError(
        'nothing says which execution',
        'give its id, such as one that stepflow runs --deployed lists',
      );
    const run = isDeployed ? undefined : await findLocalRun(id, terminal);
    return run ? showLocal(run, call) : showDeployed(call);
  },
});

type LogsCall = CommandCall<typeof options>;

const isGiven = (given: LogsCall['options'], name: string): boolean => Reflect.get(given, name) !== undefined;

const printTo =
  ({ json, terminal: { stdout, env } }: LogsCall) =>
  (entry: LogEntry): void => {
    stdout.write(`${json ? JSON.stringify(entry) : entryLine(entry, colorsFor(stdout, env))}\n`);
  };

function showDeployed(call: LogsCall): Promise<number> {
  const { options: given, terminal } = call;
  return withExecution('logs', call, async ({ executions, flow, id }) => {
    const request = {
      onEntry: printTo(call),
      step: given.step,
      follow: given.follow === true,
      signal: terminal.signal,
    };
    await executions.logs(flow, id, request);
    return EXIT.ok;
  });
}

/** Milliseconds between two looks at a log that is followed. */
const LOOK_MS = 200;

async function showLocal({ log, isRunning }: NonNullable<Awaited<ReturnType<typeof findLocalRun>>>, call: LogsCall) {
  const { options: given, terminal } = call;
  const { readRunLog } = await import('../../run/durable/run-log.ts');
  const print = printTo(call);
  for (let from = 0; ; ) {
    const wasRunning = isRunning();
    const { entries, to } = readRunLog(log, from);
    for (const entry of entries) if (given.step === undefined || entry.step === given.step) print(entry);
    from = to;
    if (given.follow !== true || !wasRunning || terminal.signal.aborted) return EXIT.ok;
    await sleep(LOOK_MS, undefined, { signal: terminal.signal }).catch(() => {});
  }
}
