import { commands } from '../../lib/cli/commands.ts';
import { main } from '../../lib/cli/main.ts';
import type { Terminal } from '../../lib/cli/terminal.ts';
import { fenced, GENERATED } from './markdown.ts';

const INTRODUCTION = `# The command line

\`npx stepflow COMMAND\`. Every command has \`--help\`, and \`--json\`, which prints JSON and nothing else on standard output. Diagnostics,
progress and hints go to standard error. Colours and live progress appear on a terminal only, and not where \`NO_COLOR\` or
\`CI\` is set; \`FORCE_COLOR=1\` overrides both.

| exit code | means |
| --- | --- |
| 0 | success |
| 1 | the flow or a case failed, or a diagnostic is an error |
| 2 | the command was used wrongly |
| 3 | an internal error of stepflow |
`;

/** The page of all commands, with the help of each. */
export async function commandLinePage(): Promise<string> {
  const sections = await Promise.all(
    commands.map(async ({ name }) => `\n## ${name}\n\n${fenced('text', await helpOf(name.split(' ')))}`),
  );
  return [GENERATED, INTRODUCTION, fenced('text', await helpOf([])), ...sections].join('\n');
}

/** The widest text that a page shows without scrolling. */
const COLUMNS = 110;

async function helpOf(words: readonly string[]): Promise<string> {
  const parts: string[] = [];
  const output = { write: (part: string) => parts.push(part), columns: COLUMNS };
  const terminal: Terminal = {
    stdout: output,
    stderr: output,
    readStdin: async () => '',
    cwd: '.',
    env: {},
    signal: new AbortController().signal,
  };
  await main([...words, '--help'], terminal);
  return parts.join('');
}
