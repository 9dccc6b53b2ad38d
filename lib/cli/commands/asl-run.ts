import type { DefinitionRun } from '../../run/run-definition.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../errors.ts';
import { parseSource, readJsonFile, readJsonOption, warnOfNumbers } from '../read-json.ts';
import { count, writeJson } from '../report.ts';
import { colorsFor, type Terminal } from '../terminal.ts';

/** `stepflow asl run DEFINITION` */
export const aslRun = defineCommand({
  name: 'asl run',
  summary: 'Run any state machine in the local engine: its components for real, all other tasks by mocks.',
  positionals: [{ name: 'DEFINITION', summary: 'a state machine, in the JSON of the Amazon States Language' }],
  options: {
    input: { kind: 'text', value: 'JSON|@FILE|-', summary: "the execution's input (default: {})" },
    mocks: {
      kind: 'text',
      value: 'FILE',
      summary: 'calls by state, {"byState": …}, and functions by ARN, {"lambda": …}',
    },
    express: { kind: 'flag', summary: 'run it as an Express state machine, which ends after five minutes' },
  },
  json: 'status, output or error and cause, states entered, number of events; of what cannot run the diagnostics',
  examples: [`asl run machine.asl.json --input '{"n": 1}'`, 'asl run machine.asl.json --mocks mocks.json --json'],
  action: async ({ args: [file = ''], options, json, terminal }) => {
    const definition = await readJsonFile(file, terminal);
    const input =
      options.input === undefined
        ? await parseSource('--input', '{}')
        : await readJsonOption('--input', options.input, terminal);
    const mocks = options.mocks === undefined ? undefined : await readJsonFile(options.mocks, terminal);
    for (const source of [definition, input, ...(mocks ? [mocks] : [])]) await warnOfNumbers(source, terminal);
    const { runAsl } = await import('../run-asl.ts');
    const ran = await runAsl({ definition, input, mocks, type: options.express ? 'EXPRESS' : 'STANDARD' }, terminal);
    if ('refused' in ran) {
      if (json) writeJson({ ok: false, diagnostics: ran.refused }, terminal);
      return EXIT.failed;
    }
    if (json) writeJson(ran, terminal);
    else show(ran, terminal);
    return ran.status === 'SUCCEEDED' ? EXIT.ok : EXIT.failed;
  },
});

function show({ status, output, error, cause, entered, events }: DefinitionRun, terminal: Terminal): void {
  const { stdout, stderr, env } = terminal;
  const colors = colorsFor(stdout, env);
  stdout.write(`${colors.dim('entered')} ${entered.join(' → ')}\n`);
  const sum = `${status} after ${count(entered.length, 'state')}, ${count(events, 'event')}`;
  stdout.write(`${status === 'SUCCEEDED' ? colors.green(`✔ ${sum}`) : colors.red(`✖ ${sum}`)}\n`);
  if (output !== undefined) writeJson(output, terminal);
  if (error !== undefined) stderr.write(`${error}${cause === undefined ? '' : `: ${cause}`}\n`);
}
