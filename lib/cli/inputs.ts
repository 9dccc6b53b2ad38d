import type { OpenOptions } from '../project/open-flow.ts';
import type { Json } from '../protocol/json.ts';
import type { Mocks, PreparedFlow } from '../run/run-flow.ts';
import { UsageError } from './errors.ts';
import type { FlowFile } from './flow-files.ts';
import { type JsonSource, parseSource, readJsonFile, readJsonOption, warnOfNumbers } from './read-json.ts';
import type { Terminal } from './terminal.ts';

/** The input of a run, and where it comes from if the user did not say. */
export interface ChosenInput {
  readonly source: JsonSource;
  readonly note?: string;
}

/** The option `--input` of commands that simulate a run. */
export const SIMULATED_INPUT_OPTION = {
  kind: 'text',
  value: 'JSON|@FILE|-',
  summary: "the input (default: the flow's first example, or one made up)",
} as const;

/** The input that was given to a simulated run, if any was. */
export async function readSimulatedInput(
  given: string | undefined,
  terminal: Terminal,
): Promise<{ readonly input?: Json }> {
  if (given === undefined) return {};
  const source = await readJsonOption('--input', given, terminal);
  await warnOfNumbers(source, terminal);
  return { input: source.value };
}

/** The input that was given; else that of the flow's first example; else an empty map. */
export async function chooseInput(
  given: string | undefined,
  { examples: [example], takesInput }: Pick<PreparedFlow, 'examples' | 'takesInput'>,
  flow: FlowFile,
  terminal: Terminal,
): Promise<ChosenInput> {
  if (given !== undefined) return { source: await readJsonOption('--input', given, terminal) };
  if (example === undefined) {
    const note = 'No --input was given, and the flow has no examples: the input is {}';
    return { source: { file: 'input', value: {}, text: '{}' }, ...(takesInput && { note }) };
  }
  const name = example.name === undefined ? '' : ` "${example.name}"`;
  const note = `No --input was given: this is the flow's first example${name}, ${preview(example.input)}`;
  return { source: sourceOfExample(example, flow), note };
}

/** An example as an input, whose faults are in the flow's text. */
export const sourceOfExample = (
  { input, tree }: PreparedFlow['examples'][number],
  { file, text }: FlowFile,
): JsonSource => ({ file, value: input, text, tree });

const MAX_PREVIEW = 80;

function preview(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > MAX_PREVIEW ? `${text.slice(0, MAX_PREVIEW)}…` : text;
}

/** The values of `--var NAME=JSON`. */
export async function readVariables(
  given: readonly string[],
  terminal: Terminal,
): Promise<{ readonly [name: string]: Json }> {
  return Object.fromEntries(await Promise.all(given.map((text) => readVariable(text, terminal))));
}

async function readVariable(text: string, terminal: Terminal): Promise<readonly [string, Json]> {
  const [, name, json] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name !== undefined && json !== undefined) {
    const source = await parseSource(`--var ${name}`, json, { mayBeSecret: true });
    await warnOfNumbers(source, terminal);
    return [name, source.value];
  }
  throw new UsageError(`--var ${text} gives no value`, `write --var NAME=JSON, such as --var 'model="small"'`);
}

/** The mocks that were given, and the file that they are from. */
export interface GivenMocks {
  readonly mocks: Mocks;
  readonly source?: JsonSource;
}

/** The mocks of `--mocks FILE`. */
export async function readMocks(file: string | undefined, terminal: Terminal): Promise<GivenMocks> {
  if (file === undefined) return { mocks: {} };
  const source = await readJsonFile(file, terminal);
  await warnOfNumbers(source, terminal);
  const { MocksError, parseMocks } = await import('../run/tasks/mocks.ts');
  try {
    return { mocks: parseMocks(source.value), source };
  } catch (error) {
    if (!(error instanceof MocksError)) throw error;
    const { placeOfPath } = await import('./json-place.ts');
    const problems = error.problems.map(({ path, problem }) => {
      const { line, column } = placeOfPath(source.text, path.map(String));
      return `${problem} (${file}:${line}:${column})`;
    });
    const shape =
      '{"/plugin/name or step id": [{"outcome": "success", "result": …}]}; "input", "error", "seconds" and "times" may be added';
    throw new UsageError(`${file} holds no mocks: ${problems.join('; ')}`, `mocks look like ${shape}`);
  }
}

/** Holds mocks against the flow that they are for: one with a mistyped target is refused. */
export async function checkMocks(
  prepared: PreparedFlow,
  { source }: GivenMocks,
  options: OpenOptions,
): Promise<PreparedFlow> {
  if (source === undefined) return prepared;
  const { checkMocksFile, withMockDiagnostics } = await import('../testing/index.ts');
  return withMockDiagnostics(prepared, checkMocksFile(source.file, source.text, options));
}
