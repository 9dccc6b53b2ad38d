import { dirname, resolve } from 'node:path';
import type { FlowRun, PreparedFlow } from '../../run.ts';
import { type Call, defineCommand, type Values } from '../command.ts';
import { EXIT, UsageError } from '../errors.ts';
import { type FlowFile, readFlowFile } from '../flow-files.ts';
import { chooseInput, readLines, readMocks, readVariables } from '../inputs.ts';
import type { JsonSource } from '../read-json.ts';
import { liveProgress, plainProgress } from '../render/progress.ts';
import { showRun } from '../render/run.ts';
import { showDiagnostics, suggestNext, writeJson } from '../report.ts';
import { colorsFor, isLive, type Terminal } from '../terminal.ts';

const options = {
  input: { kind: 'text', value: 'JSON|@FILE|-', summary: "the input; without it, the flow's first example" },
  var: { kind: 'list', value: 'NAME=JSON', summary: 'the value of a variable of the flow; may be repeated' },
  mocks: {
    kind: 'text',
    value: 'FILE',
    summary: 'what stands in for components: behaviours by step id or component path',
  },
  inputs: { kind: 'text', value: 'FILE.jsonl', summary: 'a batch: an input a line in, a result a line out, in order' },
  maxConcurrency: { kind: 'count', value: 'N', summary: 'how many runs of a batch go at once (default: 10)' },
} as const;

/** `stepflow run FLOW` */
export const run = defineCommand({
  name: 'run',
  summary: 'Run a flow on this machine: its compiled state machine, with the components that would be deployed.',
  takes: [{ name: 'FLOW', summary: 'the flow' }],
  options,
  json: "the flow's result and its execution",
  examples: [
    'run workflows/user-insights.yaml',
    `run workflows/user-insights.yaml --input '{"user_id": "u005"}' --json`,
    'run workflows/user-insights.yaml --inputs inputs.jsonl --max-concurrency 4',
  ],
  action: async (call) => {
    refuseMixedModes(call.options);
    const flow = await readFlowFile(call.args[0] ?? '', call.terminal);
    return call.options.inputs === undefined ? runOne(flow, call) : runBatch(flow, call.options.inputs, call);
  },
});

type RunCall = Call<typeof options>;

function refuseMixedModes({ input, inputs, maxConcurrency }: Values<typeof options>): void {
  if (input !== undefined && inputs !== undefined) {
    throw new UsageError('--input and --inputs exclude each other', 'give --input for one run, --inputs for a batch');
  }
  if (maxConcurrency !== undefined && inputs === undefined) {
    throw new UsageError('--max-concurrency is for batches', 'give the inputs of a batch with --inputs FILE.jsonl');
  }
}

async function prepare({ file, text }: FlowFile, { options, terminal }: RunCall): Promise<PreparedFlow> {
  const variables = await readVariables(options.var ?? []);
  const mocks = await readMocks(options.mocks, terminal);
  const { prepareFlow } = await import('../../run.ts');
  return prepareFlow({ file, home: dirname(resolve(terminal.cwd, file)), source: text, variables, mocks });
}

async function runOne(flow: FlowFile, call: RunCall): Promise<number> {
  const { options, json, terminal } = call;
  const prepared = await prepare(flow, call);
  const input = await chooseInput(options.input, prepared.examples, terminal);
  if (input.note !== undefined && !json) terminal.stderr.write(`${input.note}\n`);
  const ran = await runShown(prepared, input.source, call);
  const sources = new Map([
    [flow.file, flow.text],
    [input.source.file, prepared.showInput(input.source.value, input.source.text)],
  ]);
  await showDiagnostics(ran.diagnostics, sources, terminal);
  if (json) writeJson(toJson(ran), terminal);
  else showRun(ran, terminal);
  if (ran.result.outcome === 'failed') return EXIT.failed;
  if (!json) suggestNext(`compile ${flow.file}`, terminal);
  return EXIT.ok;
}

async function runShown(
  prepared: PreparedFlow,
  { value, file, text }: JsonSource,
  { json, terminal }: RunCall,
): Promise<FlowRun> {
  const progress = json ? undefined : progressFor(terminal);
  try {
    const given = { input: value, inputText: { file, text }, signal: terminal.signal };
    return await prepared.run(progress ? { ...given, onEvent: progress.onEvent } : given);
  } finally {
    progress?.stop();
  }
}

function progressFor({ stdout, env }: Terminal) {
  const show = isLive(stdout, env) ? liveProgress : plainProgress;
  return show(stdout, colorsFor(stdout, env));
}

const toJson = ({ result, execution, diagnostics }: FlowRun): object => {
  return { ...result, ...(execution && { execution }), ...(diagnostics.length > 0 && { diagnostics }) };
};

const DEFAULT_CONCURRENCY = 10;

async function runBatch(flow: FlowFile, file: string, call: RunCall): Promise<number> {
  const { options, terminal } = call;
  const inputs = await readLines(file, terminal);
  const prepared = await prepare(flow, call);
  await showDiagnostics(prepared.diagnostics, new Map([[flow.file, flow.text]]), terminal);
  const { default: limited } = await import('p-limit');
  const limit = limited(options.maxConcurrency ?? DEFAULT_CONCURRENCY);
  const runs = inputs.map(({ value, file, text }) =>
    limit(() => prepared.run({ input: value, inputText: { file, text }, signal: terminal.signal })),
  );
  let failed = 0;
  for (const running of runs) {
    const ran = await running;
    if (ran.result.outcome === 'failed') failed += 1;
    terminal.stdout.write(`${JSON.stringify(toJson(ran))}\n`);
  }
  if (!call.json) terminal.stderr.write(`${runs.length - failed} of ${runs.length} runs went well\n`);
  return failed > 0 ? EXIT.failed : EXIT.ok;
}
