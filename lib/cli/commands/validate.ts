import { dirname, resolve } from 'node:path';
import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import { defineCommand } from '../command.ts';
import { findFlows } from '../flow-files.ts';
import { count, diagnosticsJson, exitCodeOf, showDiagnostics, suggestNext, writeJson } from '../report.ts';
import { colorsFor, type Terminal } from '../terminal.ts';

/** `stepflow validate PATH…` */
export const validate = defineCommand({
  name: 'validate',
  summary: 'Report everything that is wrong with flows: where it is and how to fix it.',
  positionals: [{ name: 'PATH', summary: 'flows, or folders of flows', many: true }],
  options: {},
  json: 'whether all is well, and the diagnostics,',
  examples: ['validate workflows', 'validate workflows/user-insights.yaml --json'],
  action: async ({ args, json, terminal }) => {
    const flows = await findFlows(args, terminal);
    const [{ checkFlows, SharedComponents }, { checkTests, mocksOfConfiguration }] = await Promise.all([
      import('../../project/load-flows.ts'),
      import('../../testing/index.ts'),
    ]);
    const shared = new SharedComponents();
    const sources = flows.map(({ file, text }) => ({ file, home: dirname(resolve(terminal.cwd, file)), source: text }));
    const tests = await Promise.all(sources.map((flow) => checkTests({ ...flow, project: terminal.cwd }, shared)));
    const mocked = await Promise.all(
      sources.map(async (flow) => ({ ...flow, mockTargets: Object.keys((await mocksOfConfiguration(flow)).mocks) })),
    );
    const diagnostics = [...(await checkFlows(mocked, shared)), ...tests.flat()];
    if (json) writeJson({ ok: exitCodeOf(diagnostics) === 0, diagnostics: diagnosticsJson(diagnostics) }, terminal);
    else await show(diagnostics, new Map(flows.map(({ file, text }) => [file, text])), terminal);
    return exitCodeOf(diagnostics);
  },
});

async function show(
  diagnostics: readonly Diagnostic[],
  flows: ReadonlyMap<string, string>,
  terminal: Terminal,
): Promise<void> {
  await showDiagnostics(diagnostics, flows, terminal);
  const colors = colorsFor(terminal.stdout, terminal.env);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning').length;
  const noted = warnings > 0 ? `, ${count(warnings, 'warning')}` : '';
  const sum = `${count(flows.size, 'flow')}: ${errors === 0 ? 'no errors' : count(errors, 'error')}${noted}`;
  terminal.stdout.write(`${errors === 0 ? colors.green('✔') : colors.red('✖')} ${sum}\n`);
  const [first] = flows.keys();
  if (errors === 0 && first !== undefined) suggestNext(`run ${first}`, terminal);
}
