import { userInfo } from 'node:os';
import type { Answer, RespondRequest } from '../executions/executions.ts';
import type { LocallyResponded } from '../executions/local/waiting.ts';
import type { Problem } from '../executions/problem.ts';
import { foldersFor } from '../project/folders.ts';
import type { CommandCall, Options } from './command.ts';
import { EXIT, UsageError } from './errors.ts';
import { suggestNext, writeJson } from './report.ts';
import { colorsFor, type Terminal } from './terminal.ts';

/** The options of all commands that answer a step. */
export const ANSWER_OPTIONS = {
  item: {
    kind: 'text',
    value: 'ITEM',
    summary: 'which item or round of the maps and loops around the step, such as 3 or 3/12; needed where several wait',
  },
} as const satisfies Options;

/** The positional arguments of all commands that answer a step. */
export const ANSWER_POSITIONALS = [
  { name: 'ID', summary: 'the id of the run, or as much of it as tells it from others' },
  { name: 'STEP', summary: 'the step that waits; RUNNER.ID for one of an inner flow' },
] as const;

type AnswerCall = CommandCall<typeof ANSWER_OPTIONS>;

/** Answers a step that waits, and says so. `done`: what was done to the step. Answers the exit code. */
export async function answerStep(
  { args, options, json, terminal }: AnswerCall,
  answer: Answer,
  done: string,
): Promise<number> {
  const [id = '', step = ''] = args;
  const { respondLocally } = await import('../executions/local/waiting.ts');
  const request: RespondRequest = { step, item: options.item, answer };
  try {
    const responded = await respondLocally(foldersFor(terminal.cwd), id, request);
    if (json) writeJson(reportOf(responded, answer), terminal);
    else show(responded, done, terminal);
    return EXIT.ok;
  } catch (error) {
    return await refused(error, json, terminal);
  }
}

const reportOf = ({ run, step, item }: LocallyResponded, answer: Answer) => ({
  ok: true,
  id: run.id,
  step,
  ...(item !== undefined && { item }),
  ...answer,
});

function show({ run: { id, recorded }, step, item }: LocallyResponded, done: string, terminal: Terminal): void {
  const colors = colorsFor(terminal.stdout, terminal.env);
  const which = item === undefined ? step : `${step}, item ${item},`;
  terminal.stdout.write(`${colors.green('✔')} ${which} of run ${id} ${done}\n`);
  if (recorded?.status === 'interrupted') suggestNext(`run ${recorded.file} --resume ${id}`, terminal);
}

/** Codes of problems that are no wrong use: the step was there, or will be. */
const NOT_NOW: ReadonlySet<string> = new Set(['NOT_WAITING', 'STEP_NOT_FOUND']);

async function refused(error: unknown, json: boolean, terminal: Terminal): Promise<number> {
  const { Problem } = await import('../executions/problem.ts');
  if (!(error instanceof Problem)) throw error;
  const { code, message }: Problem = error;
  if (!NOT_NOW.has(code)) throw new UsageError(message, 'stepflow waiting lists what waits');
  const { red } = colorsFor(terminal.stderr, terminal.env);
  if (json) writeJson({ ok: false, error: { code, message } }, terminal);
  else terminal.stderr.write(`${red('error')}: ${message}\n`);
  return EXIT.failed;
}

/** Who answers at this machine, where nothing else is said. */
export function localUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined; // a user without an entry in the system's list, as in many containers
  }
}
