import type { WaitingStep } from '../../executions/executions.ts';
import { foldersFor } from '../../project/folders.ts';
import { defineCommand } from '../command.ts';
import { EXIT, UsageError } from '../errors.ts';
import { answerCommand } from '../render/question.ts';
import { writeJson } from '../report.ts';
import { type Colors, colorsFor } from '../terminal.ts';

/** `stepflow waiting [ID]` */
export const waitingCommand = defineCommand({
  name: 'waiting',
  summary: 'List the steps that wait for an answer, and how each is answered.',
  positionals: [{ name: 'ID', summary: 'the id of a run (default: all runs on this machine)', optional: true }],
  options: {},
  json: 'the runs, and of each the steps that wait',
  examples: ['waiting', 'waiting 0f7a1c2e --json'],
  action: async ({ args, json, terminal }) => {
    const { findLocalRun, runsThatWait, waitingLocally } = await import('../../executions/local/waiting.ts');
    const { Problem } = await import('../../executions/problem.ts');
    const folders = foldersFor(terminal.cwd);
    const [id] = args;
    try {
      const runs = id === undefined ? runsThatWait(folders) : [findLocalRun(folders, id)];
      const all = await Promise.all(
        runs.map(async (run) => ({
          id: run.id,
          flow: run.recorded?.flow,
          waiting: await waitingLocally(folders, run),
        })),
      );
      const found = all.filter(({ waiting }) => id !== undefined || waiting.length > 0);
      if (json) writeJson({ runs: found }, terminal);
      else {
        const colors = colorsFor(terminal.stdout, terminal.env);
        const lines = found.flatMap((run) => run.waiting.flatMap((step) => linesOf(run, step, colors)));
        const nothing = id === undefined ? 'nothing waits on this machine' : 'nothing waits in this run';
        terminal.stdout.write(lines.length > 0 ? `${lines.join('\n')}\n` : `${nothing}\n`);
      }
      return EXIT.ok;
    } catch (error) {
      throw error instanceof Problem ? new UsageError(error.message, 'stepflow waiting lists what waits') : error;
    }
  },
});

/** The most characters of details that are shown. */
const MOST_DETAILS = 400;

function linesOf(
  run: { readonly id: string; readonly flow?: string | undefined },
  step: WaitingStep,
  colors: Colors,
): readonly string[] {
  const { title, details, askedAt, until } = step;
  const text = details === undefined ? undefined : JSON.stringify(details);
  return [
    `${colors.bold(step.step)}${step.item === undefined ? '' : ` item ${step.item}`} ${colors.dim(`of ${run.flow ?? 'a flow'}, run ${run.id}`)}${title === undefined ? '' : `: ${title}`}`,
    colors.dim(`  asked at ${askedAt}${until === undefined ? '' : `, until ${until}`}`),
    ...(text === undefined ? [] : [`  ${text.length > MOST_DETAILS ? `${text.slice(0, MOST_DETAILS)}…` : text}`]),
    ...answerCommand(run.id, step).map((line) => `  ${colors.cyan(line)}`),
  ];
}
