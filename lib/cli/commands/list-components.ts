import type { ComponentSummary } from '../../run/run-flow.ts';
import { defineCommand } from '../command.ts';
import { schemaLine } from '../render/schema-line.ts';
import { exitCodeOf, showDiagnostics, writeJson } from '../report.ts';
import { type Colors, colorsFor } from '../terminal.ts';

/** `stepflow list-components` */
export const listComponents = defineCommand({
  name: 'list-components',
  summary: 'List every component that flows may use: the built-in ones and yours, with their schemas.',
  positionals: [],
  options: {},
  json: 'path, description and schemas of each component',
  examples: ['list-components', 'list-components --json'],
  action: async ({ json, terminal }) => {
    const { describeComponents } = await import('../../run/run-flow.ts');
    const { components, diagnostics } = await describeComponents(terminal.cwd);
    await showDiagnostics(diagnostics, new Map(), terminal);
    if (json) {
      writeJson(
        components.map(({ path, description, input, output }) => ({ path, description, input, output })),
        terminal,
      );
    } else {
      const colors = colorsFor(terminal.stdout, terminal.env);
      const width = Math.max(...components.map(({ path }) => path.length));
      const show = (component: ComponentSummary) => describe(component, width, colors);
      const own = components.filter(({ forCompiler }) => !forCompiler).flatMap(show);
      const others = components.filter(({ forCompiler }) => forCompiler).flatMap(show);
      const lines = [...own, '', 'The compiler calls these where a flow needs them:', '', ...others];
      terminal.stdout.write(`${lines.join('\n')}\n`);
    }
    return exitCodeOf(diagnostics);
  },
});

function describe(component: ComponentSummary, width: number, colors: Colors): readonly string[] {
  const { path, description, builtin, input, output } = component;
  const name = builtin ? colors.dim(path.padEnd(width)) : colors.cyan(path.padEnd(width));
  return [
    `${name}  ${description}`.trimEnd(),
    `  ${colors.dim('input ')} ${schemaLine(input)}`,
    `  ${colors.dim('result')} ${schemaLine(output)}`,
  ];
}
