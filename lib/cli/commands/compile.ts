import { dirname, join, resolve } from 'node:path';
import type { StateMachine } from '../../asl/state-machine.ts';
import type { Compiled } from '../../compile.ts';
import { withProfiles } from '../../plan/profile.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../errors.ts';
import { type FlowFile, readFlowFile } from '../flow-files.ts';
import { ownComponents, passesOf, WITH, WITHOUT } from '../passes.ts';
import { PROFILE, profileFor } from '../profiles.ts';
import { count, diagnosticsJson, exitCodeOf, showDiagnostics, suggestNext, writeJson } from '../report.ts';
import type { Terminal } from '../terminal.ts';
import { writeFileFor } from '../write-file.ts';

/** `stepflow compile FLOW` */
export const compileCommand = defineCommand({
  name: 'compile',
  summary: 'Compile a flow to its state machine; functions stand in it as ${component:/plugin/name}.',
  takes: [{ name: 'FLOW', summary: 'the flow' }],
  options: {
    out: { kind: 'text', value: 'FILE', summary: 'write the state machine to this file' },
    profile: PROFILE,
    without: WITHOUT,
    with: WITH,
  },
  json: 'the state machine, or the diagnostics of a flow with errors,',
  examples: [
    'compile workflows/user-insights.yaml',
    'compile workflows/user-insights.yaml --out user-insights.asl.json',
    'compile workflows/user-insights.yaml --profile workflows/user-insights.profile.json',
    'compile workflows/blob-sharing.yaml --without fuse-put-blob',
  ],
  action: async ({ args: [path = ''], options: { out, profile, ...given }, json, terminal }) => {
    const passes = passesOf(given);
    const flow = await readFlowFile(path, terminal);
    const { stateMachine, machines, diagnostics } = await compileFlow(flow, { profile, passes }, terminal);
    if (stateMachine === undefined) {
      if (json) writeJson({ ok: false, diagnostics: diagnosticsJson(diagnostics) }, terminal);
      return EXIT.failed;
    }
    if (out === undefined || json) writeJson(stateMachine, terminal);
    const files = out === undefined ? [] : filesFor(out, stateMachine, machines);
    for (const [file, machine] of files) {
      await writeFileFor('--out', file, `${JSON.stringify(machine, null, 2)}\n`, terminal);
    }
    if (machines.length > 0) tellNested(machines, out, terminal);
    if (!json) suggestNext(out === undefined ? `run ${flow.file}` : `asl run ${out}`, terminal);
    return EXIT.ok;
  },
});

/** The file of the flow's own state machine, and beside it those of the machines that it starts. */
const filesFor = (
  out: string,
  stateMachine: StateMachine,
  machines: Compiled['machines'],
): readonly (readonly [string, StateMachine])[] => [
  [out, stateMachine],
  ...machines.map(({ name, stateMachine: own }) => [join(dirname(out), `${name}.asl.json`), own] as const),
];

function tellNested(machines: Compiled['machines'], out: string | undefined, { stderr }: Terminal): void {
  const parts = count(machines.length, 'nested state machine');
  const where = out === undefined ? 'give --out FILE to have them written beside it' : `they lie beside ${out}`;
  stderr.write(`The flow is too large for one state machine and has ${parts}: ${where}\n`);
}

interface Given {
  readonly profile: string | undefined;
  readonly passes: ReturnType<typeof passesOf>;
}

/** The flow's state machine; undefined where it, or the profile, has errors. The diagnostics have been shown then. */
async function compileFlow(
  { file, text }: FlowFile,
  given: Given,
  terminal: Terminal,
): Promise<Pick<Compiled, 'machines' | 'diagnostics'> & { readonly stateMachine: StateMachine | undefined }> {
  const { compile } = await import('../../compile.ts');
  const read = await profileFor({ file, text }, given.profile, terminal);
  const opaque = await ownComponents(dirname(resolve(terminal.cwd, file)));
  const compiled = compile(text, { file, opaque, ...given.passes, ...(read?.profile && { profile: read.profile }) });
  const found = withProfiles([read], compiled);
  await showDiagnostics(found, new Map([[file, text]]), terminal);
  const stateMachine = exitCodeOf(found) === EXIT.ok ? compiled.stateMachine : undefined;
  return { stateMachine, machines: compiled.machines, diagnostics: found };
}
