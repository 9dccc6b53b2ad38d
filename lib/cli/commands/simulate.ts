import { dirname, resolve } from 'node:path';
import { profileDiagnostics, type ReadProfile } from '../../compiler/plan/profile.ts';
import type { OpenedFlow, OpenOptions } from '../../project/open-flow.ts';
import type { OverheadName, Simulated, simulateCompiled } from '../../simulate/index.ts';
import { type CommandCall, defineCommand } from '../command.ts';
import { boundOf, MAX_CONCURRENCY_OPTION } from '../concurrency.ts';
import { EXIT, UsageError } from '../errors.ts';
import { type FlowFile, readFlowFile } from '../flow-files.ts';
import { readSimulatedInput, readVariables, SIMULATED_INPUT_OPTION } from '../inputs.ts';
import { passesOf, WITH_OPTION, WITHOUT_OPTION } from '../passes.ts';
import { profileOption, readProfileFile } from '../profiles.ts';
import { nextCommand, showFailedRun, showSimulation } from '../render/simulation.ts';
import { exitCodeOf, refuse, showDiagnostics, suggestNext, writeJson } from '../report.ts';

const options = {
  profile: { kind: 'text', value: 'FILE', summary: 'measured seconds of the steps (default: each takes a second)' },
  planProfile: {
    kind: 'text',
    value: 'FILE|none',
    summary: 'arrange the steps by another profile, or without any (default: by --profile)',
  },
  overhead: {
    kind: 'text',
    value: 'none|aws',
    summary: "add a model of AWS's own time for transitions, branches and invocations (default: none)",
  },
  noise: {
    kind: 'text',
    value: 'SIGMA',
    summary: "multiply each step's seconds by exp(N(0, SIGMA)), anew in each run (default: 0)",
  },
  runs: { kind: 'count', value: 'N', summary: 'how many runs to take the mean of (default: 1, with noise 20)' },
  seed: { kind: 'text', value: 'S', summary: 'a whole number that the noise follows from (default: 1)' },
  input: SIMULATED_INPUT_OPTION,
  var: { kind: 'list', value: 'NAME=JSON', summary: 'the value of a variable of the flow; may be repeated' },
  without: WITHOUT_OPTION,
  with: WITH_OPTION,
  maxConcurrency: MAX_CONCURRENCY_OPTION,
  items: { kind: 'count', value: 'N', summary: 'how many items a map has whose list is not written out (default: 1)' },
  concurrency: {
    kind: 'count',
    value: 'N',
    summary: 'also simulate an account that allows N calls of functions at once, and throttles others',
  },
} as const;

/** `stepflow simulate FLOW` */
export const simulateCommand = defineCommand({
  name: 'simulate',
  summary: 'Run a compiled flow on a virtual clock: how long it takes beside its critical path, and what it costs.',
  positionals: [{ name: 'FLOW', summary: 'the flow' }],
  options,
  json: "times, counts and cost of the flow's run",
  examples: [
    'simulate workflows/user-insights.yaml',
    'simulate workflows/user-insights.yaml --profile workflows/user-insights.profile.json --overhead aws',
    'simulate workflows/user-insights.yaml --noise 0.5 --runs 100 --seed 7 --json',
    'simulate workflows/user-insights.yaml --concurrency 2',
  ],
  action: async (call) => {
    const passes = { ...(await passesOf(call.options)), ...boundOf(call.options.maxConcurrency) };
    const flow = await readFlowFile(call.args[0] ?? '', call.terminal);
    const { given, plan } = await readProfiles(call);
    const settings = await readSettings(call);
    const opened = await open(flow, { ...passes, profileFile: plan ?? given ?? 'none' }, call);
    const measured = given && given !== opened.profile ? profileDiagnostics(given, opened.compiled) : [];
    const diagnostics = [...measured, ...opened.diagnostics];
    await showDiagnostics(diagnostics, new Map([[flow.file, flow.text]]), call.terminal);
    if (exitCodeOf(diagnostics) !== EXIT.ok) return refuse(diagnostics, call.json, call.terminal);
    return show(
      await simulateFlow(opened, { ...settings, ...(given?.profile && { profile: given.profile }) }),
      flow,
      call,
    );
  },
});

type SimulateCall = CommandCall<typeof options>;

interface Profiles {
  readonly given: ReadProfile | undefined;
  /** `none`: the steps are arranged without any. */
  readonly plan: ReadProfile | 'none' | undefined;
}

async function readProfiles({ options: { profile, planProfile }, terminal }: SimulateCall): Promise<Profiles> {
  const given = profile === undefined ? undefined : await readProfileFile(profile, terminal);
  const { profileFile: plan } = await profileOption(planProfile, terminal);
  return { given, plan };
}

type Settings = Parameters<typeof simulateCompiled>[1];

async function readSettings({ options, terminal }: SimulateCall): Promise<Settings> {
  return {
    ...(await readSimulatedInput(options.input, terminal)),
    overhead: overheadOf(options.overhead ?? 'none'),
    noise: numberOf('--noise', options.noise ?? '0', /^(?:\d+\.?\d*|\.\d+)$/, 'a number of at least 0'),
    seed: numberOf('--seed', options.seed ?? '1', /^\d{1,15}$/, 'a whole number of at least 0'),
    ...(options.runs !== undefined && { runs: options.runs }),
    ...(options.items !== undefined && { items: options.items }),
    ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
  };
}

async function open(
  { file, text: source }: FlowFile,
  given: Pick<OpenOptions, 'with' | 'without' | 'profileFile' | 'maxConcurrency'>,
  { options, terminal }: SimulateCall,
): Promise<OpenedFlow> {
  const home = dirname(resolve(terminal.cwd, file));
  const variables = await readVariables(options.var ?? [], terminal);
  const { openFlow } = await import('../../project/open-flow.ts');
  return openFlow({ ...given, file, home, source, variables });
}

async function simulateFlow(opened: OpenedFlow, settings: Settings): Promise<Simulated> {
  const { simulateCompiled } = await import('../../simulate/index.ts');
  const { memorySizes } = await import('../../project/load-flows.ts');
  return simulateCompiled(opened.compiled, { ...settings, memorySizes: () => memorySizes(opened) });
}

function overheadOf(given: string): OverheadName {
  if (given === 'none' || given === 'aws') return given;
  throw new UsageError(`--overhead ${given} is not a model`, 'write --overhead none or --overhead aws');
}

function numberOf(option: string, given: string, form: RegExp, wanted: string): number {
  if (form.test(given)) return Number(given);
  throw new UsageError(`${option} ${given} is out of range or not a number`, `${option} takes ${wanted}`);
}

function show(
  { simulation, failure, compiled }: Simulated,
  { file }: FlowFile,
  { json, options, terminal }: SimulateCall,
): number {
  if (!simulation) return showFailedRun(failure, compiled, { json, terminal });
  if (json) writeJson(simulation, terminal);
  else {
    showSimulation(simulation, terminal);
    suggestNext(nextCommand(file, options), terminal);
  }
  return EXIT.ok;
}
