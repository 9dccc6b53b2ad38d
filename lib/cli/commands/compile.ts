import type { StateMachine } from '../../asl/state-machine.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../errors.ts';
import { type FlowFile, readFlowFile } from '../flow-files.ts';
import { allDiagnostics, readProfileFile } from '../profiles.ts';
import { exitCodeOf, showDiagnostics, suggestNext, writeJson } from '../report.ts';
import type { Terminal } from '../terminal.ts';
import { writeFileFor } from '../write-file.ts';

/** `stepflow compile FLOW` */
export const compileCommand = defineCommand({
  name: 'compile',
  summary: 'Compile a flow to its state machine; functions stand in it as ${component:/plugin/name}.',
  takes: [{ name: 'FLOW', summary: 'the flow' }],
  options: {
    out: { kind: 'text', value: 'FILE', summary: 'write the state machine to this file' },
    profile: { kind: 'text', value: 'FILE', summary: 'measured seconds of the steps, by which they are arranged' },
  },
  json: 'the state machine',
  examples: [
    'compile workflows/user-insights.yaml',
    'compile workflows/user-insights.yaml --out user-insights.asl.json',
    'compile workflows/user-insights.yaml --profile workflows/user-insights.profile.json',
  ],
  action: async ({ args: [path = ''], options: { out, profile }, json, terminal }) => {
    const flow = await readFlowFile(path, terminal);
    const stateMachine = await compileFlow(flow, profile, terminal);
    if (stateMachine === undefined) return EXIT.failed;
    if (out === undefined || json) writeJson(stateMachine, terminal);
    if (out !== undefined) await writeFileFor('--out', out, `${JSON.stringify(stateMachine, null, 2)}\n`, terminal);
    if (!json) suggestNext(out === undefined ? `run ${flow.file}` : `asl run ${out}`, terminal);
    return EXIT.ok;
  },
});

/** The flow's state machine; undefined where it, or the profile, has errors, of which the user was then told. */
async function compileFlow(
  { file, text }: FlowFile,
  given: string | undefined,
  terminal: Terminal,
): Promise<StateMachine | undefined> {
  const { compile } = await import('../../compile.ts');
  const profiles = given === undefined ? [] : [await readProfileFile(given, terminal)];
  const [profile] = profiles.flatMap((read) => read.profile ?? []);
  const compiled = compile(text, { file, ...(profile && { profile }) });
  const found = allDiagnostics(profiles, compiled);
  await showDiagnostics(found, new Map([{ file, text }, ...profiles].map((one) => [one.file, one.text])), terminal);
  return exitCodeOf(found) === EXIT.ok ? compiled.stateMachine : undefined;
}
