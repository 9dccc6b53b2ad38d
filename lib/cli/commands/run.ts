import { dirname, resolve } from 'node:path';
import type { PreparedFlow, RunEvent, RunOptions } from '../../run/run-flow.ts';
import type { OpenedMocks } from '../../testing/index.ts';
import { runBatch } from '../batch.ts';
import { type CommandCall, defineCommand, type OptionValues } from '../command.ts';
import { EXIT, UsageError } from '../errors.ts';
import { givenByEvent } from '../events.ts';
import { type FlowFile, readFlowFile } from '../flow-files.ts';
import { checkMocks, chooseInput, readMocks, readVariables } from '../inputs.ts';
import { runPriced } from '../priced-run.ts';
import { profileHint } from '../profile-hint.ts';
import { readJsonOption } from '../read-json.ts';
import { progressFor } from '../render/progress.ts';
import { showRun } from '../render/run.ts';
import { shortId } from '../render/step-line.ts';
import { type Sources, showDiagnostics, suggestNext, writeJson } from '../report.ts';
import { runJson, type ShownRun } from '../run-json.ts';
import { colorsFor } from '../terminal.ts';
import { showUnasked } from '../unasked.ts';

const options = {
  input: { kind: 'text', value: 'JSON|@FILE|-', summary: "the input; without it, the flow's first example" },
  event: {
    kind: 'text',
    value: 'FILE|-',
    summary: 'an event: the input is what the trigger makes of it that it fits',
  },
  trigger: {
    kind: 'text',
    value: 'NAME|N',
    summary: 'the trigger, where the event fits several; a schedule needs no event',
  },
  var: { kind: 'list', value: 'NAME=JSON', summary: 'the value of a variable of the flow; may be repeated' },
  mocks: {
    kind: 'text',
    value: 'FILE',
    summary: 'mocks of components: behaviours by step id or component path',
  },
  inputs: {
    kind: 'text',
    value: 'FILE.jsonl|-',
    summary: 'run a batch: each line is an input; prints one result per line, in order',
  },
  maxConcurrency: { kind: 'count', value: 'N', summary: 'how many runs of a batch execute at once (default: 10)' },
  isolate: {
    kind: 'flag',
    summary: 'run components in sandboxes with the memory that they request, and measure what they use',
  },
  metrics: {
    kind: 'flag',
    summary: 'show what was measured of each step; with --json it is there in any case',
  },
  resume: {
    kind: 'optional',
    value: 'ID',
    summary:
      'resume an interrupted or failed run or batch, without ID the latest one; completed steps and lines are not repeated',
  },
} as const;

/** `stepflow run FLOW` */
export const run = defineCommand({
  name: 'run',
  summary: 'Run a flow on this machine: its compiled state machine, with the components that would be deployed.',
  positionals: [{ name: 'FLOW', summary: 'the flow' }],
  options,
  json: "the flow's result and its execution, and the trigger that made its input",
  examples: [
    'run workflows/user-insights.yaml',
    `run workflows/user-insights.yaml --input '{"user_id": "u005"}' --json`,
    'run workflows/user-insights.yaml --inputs inputs.jsonl --max-concurrency 4 > results.jsonl',
    'run workflows/user-insights.yaml --inputs inputs.jsonl --resume > results.jsonl',
    'run workflows/user-insights.yaml --resume 0f7a1c2e',
    'run examples/order-intake.yaml --event examples/files/object-created.json',
  ],
  action: async (call) => {
    refuseMixedModes(call.options);
    const flow = await readFlowFile(call.args[0] ?? '', call.terminal);
    const { inputs, resume, maxConcurrency } = call.options;
    if (inputs !== undefined)
      return runBatch({ flow, inputs, maxConcurrency, resume }, () => prepare(flow, call), call.json, call.terminal);
    return resume === undefined ? runOne(flow, call) : resumeOne(flow, resume, call);
  },
});

type RunCall = CommandCall<typeof options>;

function refuseMixedModes({ inputs, maxConcurrency, ...given }: OptionValues<typeof options>): void {
  const { event, trigger, input, resume } = given;
  if (event !== undefined || trigger !== undefined) {
    const option = event === undefined ? '--trigger' : '--event';
    if (input !== undefined)
      throw new UsageError(
        `${option} and --input exclude each other`,
        'the trigger makes the input: leave --input out',
      );
    if (resume !== undefined)
      throw new UsageError(`${option} and --resume exclude each other`, 'a run that is resumed has its input already');
  }
  if (inputs === undefined) {
    if (maxConcurrency === undefined) return;
    throw new UsageError('--max-concurrency is for batches', 'give the inputs of a batch with --inputs FILE.jsonl');
  }
  for (const [option, help] of Object.entries(EXCLUDED_BY_INPUTS)) {
    if (Reflect.get(given, option) !== undefined)
      throw new UsageError(`--${option} and --inputs exclude each other`, help);
  }
}

const EXCLUDED_BY_INPUTS = {
  input: 'give --input for one run, --inputs for a batch',
  event: 'run the flow once with --event, or give the inputs of a batch',
  trigger: 'run the flow once with --trigger, or give the inputs of a batch',
  metrics: 'each line that is printed has the metrics of its run',
  isolate: 'run the flow once with --isolate, to see what its components need',
};

async function prepare({ file, text }: FlowFile, { options, terminal }: RunCall): Promise<PreparedFlow> {
  const variables = await readVariables(options.var ?? [], terminal);
  const given = await readMocks(options.mocks, terminal);
  const [{ prepareFlow }, { mocksOfConfiguration, withMockDiagnostics }] = await Promise.all([
    import('../../run/run-flow.ts'),
    import('../../testing/index.ts'),
  ]);
  const flow = { file, home: dirname(resolve(terminal.cwd, file)), source: text, variables };
  const configured = await mocksOfConfiguration(flow);
  const prepared = await prepareFlow({ ...flow, mocks: { ...configured.mocks, ...given.mocks } });
  const note = mockNote(prepared, configured);
  if (note !== undefined) terminal.stderr.write(`${note}\n`);
  return withMockDiagnostics(await checkMocks(prepared, given, flow), configured.diagnostics);
}

const MOST_NAMED = 3;

/** Says which components of a flow a configuration mocks: nobody should take their results for real ones. */
function mockNote({ compiled }: PreparedFlow, { mocks, file }: OpenedMocks): string | undefined {
  const mocked = [...new Set(compiled.steps.map(({ component }) => component))].filter((path) => path in mocks);
  if (mocked.length === 0) return undefined;
  const named = mocked.slice(0, mocked.length > MOST_NAMED + 1 ? MOST_NAMED : mocked.length);
  const others = mocked.length > named.length ? ` and ${mocked.length - named.length} others` : '';
  return `Mocks of ${file} answer in place of ${named.join(', ')}${others}`;
}

async function runOne(flow: FlowFile, call: RunCall): Promise<number> {
  const { options, json, terminal } = call;
  const prepared = await prepare(flow, call);
  const given = await givenByEvent(options, prepared, terminal);
  if (given && 'error' in given) {
    const { error, trigger } = given;
    return showEnd({ result: { outcome: 'failed', error }, diagnostics: [], trigger }, flow, new Map(), call);
  }
  const input = given ?? (await chooseInput(options.input, prepared, flow, terminal));
  if (input.note !== undefined && !json) terminal.stderr.write(`${input.note}\n`);
  const { value, ...inputText } = input.source;
  const ran = await showProgress(call, (shown) =>
    runPriced(prepared, { ...shown, input: value, inputText, journal: true }),
  );
  const sources = new Map([
    [flow.file, flow.text],
    [inputText.file, prepared.showInput(value, inputText.text)],
  ]);
  const code = await showEnd({ ...ran, ...(given && { trigger: given.trigger }) }, flow, sources, call);
  if (!json && ran.result.outcome === 'success' && options.mocks === undefined) {
    const hint = await profileHint(flow, prepared, terminal);
    if (hint !== undefined) terminal.stderr.write(`${hint}\n`);
  }
  return code;
}

async function resumeOne(flow: FlowFile, named: string | true, call: RunCall): Promise<number> {
  const { options, json, terminal } = call;
  const variables = await readVariables(options.var ?? [], terminal);
  const mocks = options.mocks === undefined ? undefined : (await readMocks(options.mocks, terminal)).mocks;
  const input = options.input === undefined ? undefined : await readJsonOption('--input', options.input, terminal);
  const place = { file: flow.file, home: dirname(resolve(terminal.cwd, flow.file)), source: flow.text };
  const given = {
    ...(named !== true && { id: named }),
    ...place,
    variables,
    ...(mocks && { mocks }),
    ...(input && { input: input.value, inputText: input }),
  };
  const { resumeFlow } = await import('../../run/run-flow.ts');
  const ran = await showProgress(call, (shown) => resumeFlow({ ...shown, ...given })).catch(refuseToResume);
  const { yellow } = colorsFor(terminal.stderr, terminal.env);
  if (!json) for (const warning of ran.warnings) terminal.stderr.write(`${yellow('warning')}: ${warning}\n`);
  return await showEnd(ran, flow, new Map([[flow.file, flow.text]]), call);
}

/** What the user can mend is wrong use; all else is not. */
async function refuseToResume(error: unknown): Promise<never> {
  const { ResumeError } = await import('../../run/run-flow.ts');
  throw error instanceof ResumeError ? new UsageError(error.message, error.help) : error;
}

/** What a run is given so that it is seen and can be stopped. */
type ProgressOptions = Pick<RunOptions, 'onEvent' | 'signal' | 'isolate'>;

async function showProgress<T>(call: RunCall, run: (shown: ProgressOptions) => Promise<T>): Promise<T> {
  const { options, json, terminal } = call;
  const progress = json ? undefined : progressFor(terminal);
  const onEvent = (event: RunEvent): void => {
    if (progress && event.type !== 'output') progress.onEvent(event);
    else showUnasked(event, terminal);
  };
  try {
    return await run({ signal: terminal.signal, isolate: options.isolate === true, onEvent });
  } finally {
    progress?.stop();
  }
}

/** Shows how a run ended, and what to do next; answers the exit code. */
async function showEnd(ran: ShownRun, flow: FlowFile, sources: Sources, call: RunCall): Promise<number> {
  const { options, json, terminal } = call;
  await showDiagnostics(ran.diagnostics, sources, terminal);
  if (json) writeJson(runJson(ran), terminal);
  else showRun(ran, terminal, options.metrics);
  const failed = ran.result.outcome === 'failed';
  // A step that refused its input will refuse it again: only a changed component helps, which its author knows.
  const isInputRefused = ran.result.outcome === 'failed' && ran.result.error.code === 'INVALID_INPUT';
  const resume = isInputRefused ? undefined : ran.execution?.resume;
  if (!json && resume !== undefined) suggestNext(`run ${flow.file} --resume ${shortId(resume)}`, terminal);
  else if (!json && !failed) suggestNext(`compile ${flow.file}`, terminal);
  return failed ? EXIT.failed : EXIT.ok;
}
