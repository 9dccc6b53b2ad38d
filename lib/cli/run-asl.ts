import { DefinitionError, loadStateMachine, MockError, type Mocks, readMocks } from '../engine/index.ts';
import type { Diagnostic } from '../flow/diagnostics.ts';
import { locator } from '../local/input.ts';
import { type DefinitionRun, runDefinition } from '../local/run-definition.ts';
import { isObject, type JsonObject } from '../runtime/json.ts';
import { UsageError } from './errors.ts';
import { readNested } from './nested-definitions.ts';
import type { JsonSource } from './read-json.ts';
import { colorsFor, type Terminal } from './terminal.ts';

/** What was given to `asl run`. */
export interface AslCall {
  readonly definition: JsonSource;
  readonly input: JsonSource;
  readonly mocks: JsonSource | undefined;
}

/** A state machine that cannot run: what is wrong with it. */
export interface Refused {
  readonly refused: readonly (Diagnostic & { readonly pointer: string })[];
}

/** Runs a state machine; of one that cannot run, or that starts such a one, the problems are told on standard error, a line each. */
export async function runAsl(call: AslCall, terminal: Terminal): Promise<DefinitionRun | Refused> {
  const { definition, input } = call;
  const machine = objectIn(definition);
  const nested = await readNested(definition, terminal);
  const machines = nested.map((source) => ({ name: source.name, stateMachine: objectIn(source) }));
  const refused = [definition, ...nested].flatMap((source) => problemsOf(source, terminal));
  if (refused.length > 0) return { refused };
  try {
    const mocks = mocksOf(call.mocks);
    const { cwd: home, signal } = terminal;
    return await runDefinition({ definition: machine, machines, input: input.value, mocks, home, signal });
  } catch (error) {
    if (!(error instanceof MockError)) throw error;
    throw new UsageError(`${call.mocks?.file ?? definition.file}: ${error.message}`, MOCKS_HELP);
  }
}

function objectIn({ file, value }: JsonSource): JsonObject {
  if (isObject(value)) return value;
  throw new UsageError(`${file} holds no state machine`, 'a state machine is an object with StartAt and States');
}

/** What is wrong with a state machine; tells it. */
function problemsOf(source: JsonSource, terminal: Terminal): Refused['refused'] {
  try {
    loadStateMachine(objectIn(source));
    return [];
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    tell(error, source, terminal);
    return diagnosticsOf(error, source);
  }
}

function tell({ problems }: DefinitionError, { file }: JsonSource, { stderr, env }: Terminal): void {
  const colors = colorsFor(stderr, env);
  for (const { code, pointer, message, help } of problems) {
    stderr.write(`${colors.red('error')}: ${file}${pointer && `#${pointer}`}: ${code}: ${message}\n`);
    if (help !== undefined) stderr.write(`  ${colors.cyan('help')}: ${help}\n`);
  }
}

function diagnosticsOf({ problems }: DefinitionError, { file, text }: JsonSource): Refused['refused'] {
  const place = locator(text);
  return problems.map(({ code, pointer, message, help = '' }) => {
    return { code, severity: 'error', message, file, ...place(segmentsOf(pointer)), help, pointer };
  });
}

/** A JSON pointer taken apart. Source: RFC 6901. */
const segmentsOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

const MOCKS_HELP =
  'give --mocks FILE with {"byState": {STATE: [{"args", "result" or "error": {"error", "cause"}}]}, "lambda": {ARN: {"kind": "identity"}}}';

const mocksOf = (given: JsonSource | undefined): Mocks => (given === undefined ? {} : readMocks(given.value));
