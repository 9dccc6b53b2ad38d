import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Profile, ProfileSource } from '../../compiler/plan/durations.ts';
import { profileFileOf } from '../../compiler/plan/profile.ts';
import type { PreparedFlow } from '../../run/run-flow.ts';
import type { CallTimes } from '../../simulate/call-times.ts';
import { type CommandCall, defineCommand } from '../command.ts';
import { EXIT, UsageError } from '../errors.ts';
import { checkChoice, EXECUTION_OPTIONS, NO_EXECUTIONS, readExecutions } from '../executions.ts';
import { type FlowFile, readFlowFile } from '../flow-files.ts';
import { checkMocks, readMocks, readVariables, sourceOfExample } from '../inputs.ts';
import { readProfileFile } from '../profiles.ts';
import { type JsonSource, readJsonOption } from '../read-json.ts';
import { showProfile } from '../render/profile.ts';
import { showRun } from '../render/run.ts';
import { count, exitCodeOf, refuse, showDiagnostics, suggestNext, writeJson } from '../report.ts';
import type { Terminal } from '../terminal.ts';

const DEFAULT_RUNS = 5;

const options = {
  local: { kind: 'flag', summary: 'measure runs on this machine' },
  ...EXECUTION_OPTIONS,
  runs: { kind: 'count', value: 'N', summary: `how often to run with each input (default: ${DEFAULT_RUNS})` },
  input: { kind: 'text', value: 'JSON|@FILE|-', summary: "the input; without it, each of the flow's examples" },
  var: { kind: 'list', value: 'NAME=JSON', summary: 'the value of a variable of the flow; may be repeated' },
  mocks: { kind: 'text', value: 'FILE', summary: 'mocks of components, as for run' },
  out: { kind: 'text', value: 'FILE', summary: 'the profile to write (default: NAME.profile.json beside the flow)' },
} as const;

/** `stepflow profile FLOW` */
export const profileCommand = defineCommand({
  name: 'profile',
  summary:
    'Write down how long each step takes, in runs on this machine or in deployed executions, for the compiler and simulate.',
  positionals: [{ name: 'FLOW', summary: 'the flow' }],
  options,
  json: 'the profile',
  examples: [
    'profile workflows/user-insights.yaml --local',
    `profile workflows/user-insights.yaml --local --runs 20 --input '{"user_id": "u005"}' --json`,
    'profile workflows/user-insights.yaml --last 20',
    'profile workflows/user-insights.yaml --execution arn:aws:states:eu-west-1:123456789012:execution:Insights:a1',
  ],
  action: async (call) => {
    refuseMixedModes(call.options);
    const flow = await readFlowFile(call.args[0] ?? '', call.terminal);
    const out = call.options.out ?? profileFileOf(flow.file);
    const before = await readBefore(out, call.terminal);
    if (before === undefined) return EXIT.failed;
    const measure = call.options.local ? measureHere : measureExecutions;
    return measure(flow, { out, before }, call);
  },
});

type ProfileCall = CommandCall<typeof options>;

function refuseMixedModes({ local, runs, input, mocks, ...choice }: ProfileCall['options']): void {
  const { execution, last } = choice;
  if (local === undefined && execution === undefined && last === undefined) {
    throw new UsageError(
      'nothing says which runs to measure',
      'give --local: the flow then runs on this machine; or --last N or --execution ARN for deployed executions',
    );
  }
  if (local && Object.entries(choice).some(([name, value]) => name in EXECUTION_OPTIONS && value !== undefined))
    throw new UsageError(
      '--local and deployed executions exclude each other',
      'give --local, --last N or --execution ARN',
    );
  if (!local && (runs !== undefined || input !== undefined || mocks !== undefined))
    throw new UsageError('--runs, --input and --mocks are for --local', 'executions have run already: leave them out');
  checkChoice(choice);
}

/** The profile that is there, whose entries stay where nothing new is measured; undefined where it is broken. */
async function readBefore(file: string, terminal: Terminal): Promise<Profile | undefined> {
  if (!existsSync(resolve(terminal.cwd, file))) return {};
  const { profile, diagnostics } = await readProfileFile(file, terminal);
  await showDiagnostics(diagnostics, new Map(), terminal);
  return profile;
}

interface Target {
  readonly out: string;
  readonly before: Profile;
}

async function measureHere(flow: FlowFile, target: Target, call: ProfileCall): Promise<number> {
  const prepared = await prepare(flow, call);
  const inputs = await inputsOf(prepared, flow, call);
  const { CallTimes: Times, updateProfile } = await import('../../simulate/call-times.ts');
  const times = new Times();
  const measured = await runAll(flow, prepared, inputs, times, call);
  if (!measured) return EXIT.failed;
  const { runs, steps } = measured;
  const source: ProfileSource = { kind: 'local', at: new Date().toISOString(), runs };
  const profile = updateProfile(target.before, times.profile(), steps, source);
  return save(profile, { ...target, times, runs: count(runs, 'run') }, flow, call);
}

/** Measures deployed executions by their histories. */
async function measureExecutions(flow: FlowFile, target: Target, call: ProfileCall): Promise<number> {
  const { options: given, json, terminal } = call;
  const { openFlow } = await import('../../project/open-flow.ts');
  const home = dirname(resolve(terminal.cwd, flow.file));
  const variables = await readVariables(given.var ?? [], terminal);
  const { compiled, diagnostics } = openFlow({ file: flow.file, home, source: flow.text, variables });
  await showDiagnostics(diagnostics, new Map([[flow.file, flow.text]]), terminal);
  if (exitCodeOf(diagnostics) !== EXIT.ok) return refuse(diagnostics, json, terminal);
  const found = await readExecutions(given, { file: flow.file, compiled }, { command: 'profile', json, terminal });
  if (!found) return NO_EXECUTIONS;
  const [{ measureExecutions: measure }, { updateProfile }] = await Promise.all([
    import('../../simulate/measured-executions.ts'),
    import('../../simulate/call-times.ts'),
  ]);
  const { times, source, steps } = measure(compiled, found.executions, found.logs);
  const profile = updateProfile(target.before, times.profile(), steps, source);
  return save(profile, { ...target, times, runs: count(source.runs, 'execution'), source }, flow, call);
}

interface Measurement extends Target {
  readonly times: CallTimes;
  readonly runs: string;
  /** Of deployed executions. */
  readonly source?: ProfileSource;
}

async function save(
  profile: Profile,
  { out, times, runs, source }: Measurement,
  { file }: FlowFile,
  { json, terminal }: ProfileCall,
): Promise<number> {
  await writeFile(resolve(terminal.cwd, out), `${JSON.stringify(profile, null, 2)}\n`);
  if (json) writeJson(profile, terminal);
  else {
    showProfile(profile, { out, runs, calls: (step) => times.calls(step), ...(source && { source }) }, terminal);
    suggestNext(`simulate ${file} --profile ${out}`, terminal);
  }
  return EXIT.ok;
}

async function prepare({ file, text }: FlowFile, { options: given, terminal }: ProfileCall): Promise<PreparedFlow> {
  const variables = await readVariables(given.var ?? [], terminal);
  const mocks = await readMocks(given.mocks, terminal);
  const flow = { file, home: dirname(resolve(terminal.cwd, file)), source: text, variables };
  const { prepareFlow } = await import('../../run/run-flow.ts');
  // In a function of its own each step is measured by itself.
  const without = ['fuse-chains'];
  return checkMocks(await prepareFlow({ ...flow, mocks: mocks.mocks, without }), mocks, flow);
}

async function inputsOf(
  { examples }: PreparedFlow,
  flow: FlowFile,
  { options: given, terminal }: ProfileCall,
): Promise<readonly JsonSource[]> {
  if (given.input !== undefined) return [await readJsonOption('--input', given.input, terminal)];
  if (examples.length === 0) return [{ value: {}, file: 'input', text: '{}' }];
  return examples.map((example) => sourceOfExample(example, flow));
}

interface Measured {
  readonly runs: number;
  readonly steps: readonly { readonly id: string }[];
}

/** Runs one after the other, so that none slows another down. Undefined where one failed: a failed run measures nothing. */
async function runAll(
  flow: FlowFile,
  prepared: PreparedFlow,
  inputs: readonly JsonSource[],
  times: CallTimes,
  { options: given, json, terminal }: ProfileCall,
): Promise<Measured | undefined> {
  let steps: Measured['steps'] = [];
  let runs = 0;
  for (let round = 0; round < (given.runs ?? DEFAULT_RUNS); round += 1) {
    for (const { value, ...inputText } of inputs) {
      const ran = await prepared.run({
        input: value,
        inputText,
        signal: terminal.signal,
        onEvent: (event) => {
          if (event.type === 'run-started') steps = event.steps;
        },
        onHistory: (event) => times.observe(event, performance.now()),
      });
      times.endRun();
      runs += 1;
      if (runs === 1 || ran.result.outcome === 'failed') {
        const sources = new Map([
          [flow.file, flow.text],
          [inputText.file, prepared.showInput(value, inputText.text)],
        ]);
        await showDiagnostics(ran.diagnostics, sources, terminal);
      }
      if (ran.result.outcome === 'failed') {
        const isRefused = exitCodeOf(ran.diagnostics) !== EXIT.ok;
        if (json) writeJson({ ok: false, error: ran.result.error, diagnostics: ran.diagnostics }, terminal);
        else if (!isRefused) showRun(ran, terminal);
        return undefined;
      }
    }
  }
  return { runs, steps };
}
