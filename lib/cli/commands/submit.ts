import type { Described, Executions } from '../../executions/executions.ts';
import { asking } from '../ask-aws.ts';
import { type CommandCall, defineCommand } from '../command.ts';
import { openDeployedFlow, sameOptions } from '../deployed.ts';
import { UsageError } from '../errors.ts';
import { waitForEnd } from '../follow.ts';
import { type JsonSource, readJsonOption } from '../read-json.ts';
import { exitCodeFor, showStatus } from '../render/execution.ts';
import { refuse, showDiagnostics, suggestNext, writeJson } from '../report.ts';
import { PLACE_OPTIONS } from '../stack.ts';
import { colorsFor } from '../terminal.ts';

const options = {
  input: { kind: 'text', value: 'JSON|@FILE|-', summary: 'the input (default: {})' },
  idempotencyKey: {
    kind: 'text',
    value: 'KEY',
    summary: 'calls with the same key and input start one execution, which has the key as its id',
  },
  wait: { kind: 'flag', summary: 'wait for the end, and show what the steps do, as wait does' },
  ...PLACE_OPTIONS,
} as const;

/** `stepflow submit FLOW` */
export const submitCommand = defineCommand({
  name: 'submit',
  summary: 'Start an execution of a deployed flow.',
  positionals: [{ name: 'FLOW', summary: 'the name of the flow in the stack, or the path of its file' }],
  options,
  json: 'the execution; with --wait, as wait does',
  examples: [
    `submit user-insights --input '{"user_id": "u005"}'`,
    'submit workflows/user-insights.yaml --input @input.json --wait',
    'submit user-insights --input - --idempotency-key 2026-07-31 --stack Insights --region eu-west-1',
  ],
  action: (call) => asking('submit', () => submit(call)),
});

type SubmitCall = CommandCall<typeof options>;

const NO_INPUT: JsonSource = { value: {}, file: 'input', text: '{}' };

async function submit(call: SubmitCall): Promise<number> {
  const { args, options: given, json, terminal } = call;
  const input = given.input === undefined ? NO_INPUT : await readJsonOption('--input', given.input, terminal);
  const { executions, flow } = await openDeployedFlow(args[0] ?? '', given, terminal);
  const isExpress = executions.flows().some(({ type }) => type === 'EXPRESS');
  const started = await start(executions, flow, input, call);
  if (typeof started === 'number') return started;
  const again = `${started.id}${sameOptions(given)}`;
  const isOver = 'outcome' in started;
  if (given.wait && !isOver && !isExpress) return waitForEnd({ executions, flow, id: started.id, again }, call);
  if (json) writeJson(started, terminal);
  else if (isOver) showStatus(started, terminal);
  else {
    const { stdout, env } = terminal;
    stdout.write(`${colorsFor(stdout, env).green('✔')} ${flow} started: ${started.id}\n`);
  }
  if (!json && !isExpress) suggestNext(`${isOver ? 'result' : 'wait'} ${again}`, terminal);
  return exitCodeFor(started);
}

/** Express executions are waited for this long: they take five minutes at most. */
const PATIENCE = 5 * 60_000;

/** Starts it; an input that the flow does not take is shown with what is wrong, and the exit code answered. */
async function start(
  executions: Executions,
  flow: string,
  { value, text, file }: JsonSource,
  { options: { idempotencyKey }, json, terminal }: SubmitCall,
): Promise<Described | number> {
  const { Problem } = await import('../../executions/problem.ts');
  try {
    return await executions.start({
      ...{ flow, body: text, source: file, patience: PATIENCE },
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.code === 'INPUT_TOO_LARGE') throw new UsageError(error.message, 'let the flow read it from S3 instead');
    if (!error.diagnostics) throw error;
    const { inputScrubber } = await import('../../run/input/secrets.ts');
    const { inputSchema } = await executions.flow(flow);
    const shown = inputScrubber(value, inputSchema).mask(text);
    await showDiagnostics(error.diagnostics, new Map([[file, shown]]), terminal);
    return refuse(error.diagnostics, json, terminal);
  }
}
