import { dirname, join, resolve } from 'node:path';
import type { StateMachine } from '../../asl/state-machine.ts';
import type { Compiled } from '../../compiler/compile.ts';
import type { OpenOptions } from '../../project/open-flow.ts';
import { defineCommand } from '../command.ts';
import { boundOf, MAX_CONCURRENCY_OPTION } from '../concurrency.ts';
import { EXIT } from '../errors.ts';
import { type FlowFile, readFlowFile } from '../flow-files.ts';
import { passesOf, WITH_OPTION, WITHOUT_OPTION } from '../passes.ts';
import { PROFILE_OPTION, profileOption } from '../profiles.ts';
import { count, exitCodeOf, refuse, showDiagnostics, suggestNext, writeJson } from '../report.ts';
import type { Terminal } from '../terminal.ts';
import { writeFileFor } from '../write-file.ts';

/** `stepflow compile FLOW` */
export const compileCommand = defineCommand({
  name: 'compile',
  summary: 'Compile a flow to its state machine, with functions as ${component:/plugin/name}.',
  positionals: [{ name: 'FLOW', summary: 'the flow' }],
  options: {
    out: { kind: 'text', value: 'FILE', summary: 'write the state machine to this file' },
    profile: PROFILE_OPTION,
    without: WITHOUT_OPTION,
    with: WITH_OPTION,
    maxConcurrency: MAX_CONCURRENCY_OPTION,
  },
  json: 'the state machine, or the diagnostics of a flow with errors,',
  examples: [
    'compile workflows/user-insights.yaml',
    'compile workflows/user-insights.yaml --out user-insights.asl.json',
    'compile workflows/user-insights.yaml --profile workflows/user-insights.profile.json',
    'compile workflows/blob-sharing.yaml --without fuse-put-blob',
  ],
  action: async ({ args: [path = ''], options: { out, profile, maxConcurrency, ...given }, json, terminal }) => {
    const passes = await passesOf(given);
    const flow = await readFlowFile(path, terminal);
    const options = { ...passes, ...boundOf(maxConcurrency), ...(await profileOption(profile, terminal)) };
    const { stateMachine, nestedMachines, diagnostics } = await compileFlow(flow, options, terminal);
    if (stateMachine === undefined) return refuse(diagnostics, json, terminal);
    const files = out === undefined ? [] : filesFor(out, stateMachine, nestedMachines);
    for (const [file, machine] of files) {
      await writeFileFor('--out', file, `${JSON.stringify(machine, null, 2)}\n`, terminal);
    }
    if (out === undefined || json) writeJson(stateMachine, terminal);
    if (nestedMachines.length > 0) showNested(nestedMachines, out, terminal);
    if (!json) suggestNext(out === undefined ? `run ${flow.file}` : `asl run ${out}`, terminal);
    return EXIT.ok;
  },
});

/** The file of the flow's own state machine, and beside it those of the machines that it starts. */
const filesFor = (
  out: string,
  stateMachine: StateMachine,
  machines: Compiled['nestedMachines'],
): readonly (readonly [string, StateMachine])[] => [
  [out, stateMachine],
  ...machines.map(({ name, stateMachine: own }) => [join(dirname(out), `${name}.asl.json`), own] as const),
];

function showNested(nestedMachines: Compiled['nestedMachines'], out: string | undefined, { stderr }: Terminal): void {
  const parts = count(nestedMachines.length, 'nested state machine');
  const where = out === undefined ? 'give --out FILE to write them next to it' : `they are next to ${out}`;
  stderr.write(`The flow is too large for one state machine and has ${parts}: ${where}\n`);
}

/** The flow's state machine; undefined where it, or the profile, has errors. The diagnostics have been shown then. */
async function compileFlow(
  { file, text }: FlowFile,
  given: Omit<OpenOptions, 'file' | 'source'>,
  terminal: Terminal,
): Promise<Pick<Compiled, 'nestedMachines' | 'diagnostics'> & { readonly stateMachine: StateMachine | undefined }> {
  const { openFlow } = await import('../../project/open-flow.ts');
  const home = dirname(resolve(terminal.cwd, file));
  const { compiled, diagnostics } = openFlow({ ...given, file, home, source: text });
  await showDiagnostics(diagnostics, new Map([[file, text]]), terminal);
  const stateMachine = exitCodeOf(diagnostics) === EXIT.ok ? compiled.stateMachine : undefined;
  return { stateMachine, nestedMachines: compiled.nestedMachines, diagnostics };
}
