import { DefinitionError, MockError, type Mocks, readMocks } from '../engine/index.ts';
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

/** Runs a state machine; one that cannot run is told of on standard error, a problem a line, and gives undefined. */
export async function runAsl(call: AslCall, terminal: Terminal): Promise<DefinitionRun | undefined> {
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
    return undefined;
  }
}

const MOCKS_HELP =
  'give --mocks FILE with {"byState": {STATE: [{"args", "result" or "error": {"error", "cause"}}]}, "lambda": {ARN: {"kind": "identity"}}}';

const mocksOf = (given: JsonSource | undefined): Mocks => (given === undefined ? {} : readMocks(given.value));
