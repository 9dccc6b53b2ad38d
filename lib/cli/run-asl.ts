import { DefinitionError, MockError, type Mocks, readMocks } from '../engine/index.ts';
import type { Diagnostic } from '../flow/diagnostics.ts';
import { locator } from '../local/input.ts';
import { type DefinitionRun, runDefinition } from '../local/run-definition.ts';
import { isObject } from '../runtime/json.ts';
import { UsageError } from './errors.ts';
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

/** Runs a state machine; of one that cannot run the problems are told on standard error, a line each. */
export async function runAsl(call: AslCall, terminal: Terminal): Promise<DefinitionRun | Refused> {
  const { definition, input } = call;
  if (!isObject(definition.value)) {
    throw new UsageError(
      `${definition.file} holds no state machine`,
      'a state machine is an object with StartAt and States',
    );
  }
  try {
    const mocks = mocksOf(call.mocks);
    return await runDefinition({
      definition: definition.value,
      input: input.value,
      mocks,
      home: terminal.cwd,
      signal: terminal.signal,
    });
  } catch (error) {
    if (error instanceof MockError)
      throw new UsageError(`${call.mocks?.file ?? definition.file}: ${error.message}`, MOCKS_HELP);
    if (!(error instanceof DefinitionError)) throw error;
    const colors = colorsFor(terminal.stderr, terminal.env);
    for (const { code, pointer, message, help } of error.problems) {
      const place = `${definition.file}${pointer && `#${pointer}`}`;
      terminal.stderr.write(`${colors.red('error')}: ${place}: ${code}: ${message}\n`);
      if (help !== undefined) terminal.stderr.write(`  ${colors.cyan('help')}: ${help}\n`);
    }
    return { refused: diagnosticsOf(error, definition) };
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
