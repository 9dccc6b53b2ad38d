import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { defineCommand } from '../command.ts';
import { EXIT } from '../errors.ts';
import { readFlowFile } from '../flow-files.ts';
import { showDiagnostics, suggestNext, writeJson } from '../report.ts';

/** `stepflow compile FLOW` */
export const compileCommand = defineCommand({
  name: 'compile',
  summary: 'Compile a flow to its state machine; functions stand in it as ${component:/plugin/name}.',
  takes: [{ name: 'FLOW', summary: 'the flow' }],
  options: { out: { kind: 'text', value: 'FILE', summary: 'write the state machine to this file' } },
  json: 'the state machine',
  examples: [
    'compile workflows/user-insights.yaml',
    'compile workflows/user-insights.yaml --out user-insights.asl.json',
  ],
  action: async ({ args: [path = ''], options: { out }, json, terminal }) => {
    const { file, text } = await readFlowFile(path, terminal);
    const { compile } = await import('../../compile.ts');
    const { stateMachine, diagnostics } = compile(text, { file });
    await showDiagnostics(diagnostics, new Map([[file, text]]), terminal);
    if (stateMachine === undefined) return EXIT.failed;
    if (out === undefined || json) writeJson(stateMachine, terminal);
    if (out !== undefined) await writeOut(resolve(terminal.cwd, out), stateMachine);
    if (!json) suggestNext(out === undefined ? `run ${file}` : `asl run ${out}`, terminal);
    return EXIT.ok;
  },
});

async function writeOut(file: string, stateMachine: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(stateMachine, null, 2)}\n`);
}
