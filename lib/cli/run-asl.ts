import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostics.ts';
import { checkType } from '../engine/definition/load.ts';
import {
  DEPTH_LIMIT,
  DefinitionError,
  EndlessExecutions,
  loadStateMachine,
  MockError,
  type Mocks,
  readMocks,
  tooDeepAt,
} from '../engine/index.ts';
import { spanOfTooDeep } from '../flow/text/depth.ts';
import { isObject, type JsonObject } from '../protocol/json.ts';
import { type DefinitionRun, runDefinition } from '../run/run-definition.ts';
import { machinesIn } from '../run/tasks/nested-machines.ts';
import { UsageError } from './errors.ts';
import { placeOfPath } from './json-place.ts';
import { type JsonSource, readJsonFile } from './read-json.ts';
import { colorsFor, type Terminal } from './terminal.ts';

/** What was given to `asl run`. */
export interface AslCall {
  readonly definition: JsonSource;
  readonly input: JsonSource;
  readonly mocks: JsonSource | undefined;
  /** The type of its state machine. Those that it starts are Standard ones. */
  readonly type: 'STANDARD' | 'EXPRESS';
}

/** A state machine that cannot run: what is wrong with it. */
export interface RefusedDefinition {
  readonly refused: readonly (Diagnostic & { readonly pointer: string })[];
}

/**
 * Runs a state machine. Where it, or a state machine that it starts, cannot run, the problems are written to standard
 * error, one a line.
 */
export async function runAsl(call: AslCall, terminal: Terminal): Promise<DefinitionRun | RefusedDefinition> {
  const { definition, input } = call;
  for (const source of [input, call.mocks]) if (source !== undefined) refuseTooDeep(source);
  const machine = objectIn(definition);
  const nested = await readNested(definition, terminal);
  const nestedMachines = nested.map((source) => ({ name: source.name, stateMachine: objectIn(source) }));
  const refused = [
    ...problemsOf(definition, call.type, terminal),
    ...nested.flatMap((source) => problemsOf(source, 'STANDARD', terminal)),
  ];
  if (refused.length > 0) return { refused };
  try {
    const mocks = mocksOf(call.mocks);
    const { cwd: home, signal } = terminal;
    return await runDefinition({
      definition: machine,
      type: call.type,
      nestedMachines,
      input: input.value,
      mocks,
      home,
      signal,
    });
  } catch (error) {
    if (error instanceof EndlessExecutions) throw new UsageError(`${definition.file}: ${error.message}`, ENDLESS_HELP);
    if (!(error instanceof MockError)) throw error;
    throw new UsageError(`${call.mocks?.file ?? definition.file}: ${error.message}`, MOCKS_HELP);
  }
}

/** A state machine that another one starts, and the file it was read from. */
interface NestedDefinition extends JsonSource {
  readonly name: string;
}

/**
 * Reads the state machines that a definition starts, and those that these start, where `compile --out` writes them:
 * `NAME.asl.json` beside it. One without a file is left out: mocks may answer for it.
 */
async function readNested(definition: JsonSource, terminal: Terminal): Promise<readonly NestedDefinition[]> {
  const folder = dirname(definition.file);
  const found = new Map<string, NestedDefinition>();
  const waiting = machinesIn(definition.text);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    refusePath(name, definition);
    const file = join(folder, `${name}.asl.json`);
    if (found.has(name) || !existsSync(resolve(terminal.cwd, file))) continue;
    const source = await readJsonFile(file, terminal);
    found.set(name, { name, ...source });
    waiting.push(...machinesIn(source.text));
  }
  return [...found.values()];
}

/** What a definition names is beside it, never anywhere else on this machine. */
function refusePath(name: string, { file }: JsonSource): void {
  if (!/[/\\\0]/.test(name)) return;
  throw new UsageError(
    `${file} starts the state machine ${JSON.stringify(name)}, and no state machine has such a name`,
    'write ${machine:NAME} for the definition in NAME.asl.json beside it',
  );
}

/** A definition that is too deep is refused by the engine. */
function refuseTooDeep({ file, text, value }: JsonSource): void {
  if (tooDeepAt(value) === undefined) return;
  const { line, column } = spanOfTooDeep(text, DEPTH_LIMIT);
  const message = `${file} is nested more than ${DEPTH_LIMIT} levels deep, at line ${line}, column ${column}`;
  throw new UsageError(message, 'flatten it, or give a part of it as a JSON text');
}

function objectIn({ file, value }: JsonSource): JsonObject {
  if (isObject(value)) return value;
  throw new UsageError(`${file} holds no state machine`, 'a state machine is an object with StartAt and States');
}

/** What is wrong with a state machine, which is also written to standard error. */
function problemsOf(source: JsonSource, type: AslCall['type'], terminal: Terminal): RefusedDefinition['refused'] {
  try {
    checkType(loadStateMachine(objectIn(source)), type);
    return [];
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    const diagnostics = diagnosticsOf(error, source);
    writeProblems(diagnostics, terminal);
    return diagnostics;
  }
}

function writeProblems(problems: RefusedDefinition['refused'], { stderr, env }: Terminal): void {
  const colors = colorsFor(stderr, env);
  for (const { code, file, line, column, pointer, message, help } of problems) {
    const place = `line ${line}, column ${column} of ${file}${pointer && `#${pointer}`}`;
    stderr.write(`${colors.red('error')}: ${place}: ${code}: ${message}\n`);
    if (help !== '') stderr.write(`  ${colors.cyan('help')}: ${help}\n`);
  }
}

function diagnosticsOf({ problems }: DefinitionError, { file, text }: JsonSource): RefusedDefinition['refused'] {
  return problems.map(({ code, pointer, message, help = '' }) => {
    return { code, severity: 'error', message, file, ...placeOfPath(text, segmentsOf(pointer)), help, pointer };
  });
}

/** The segments of a JSON pointer. Source: RFC 6901. */
const segmentsOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

const ENDLESS_HELP = 'let a Choice decide whether it starts once more';

const MOCKS_HELP =
  'give --mocks FILE with {"byState": {STATE: [{"args", "result" or "error": {"error", "cause"}}]}, "lambda": {ARN: {"kind": "identity"}}}';

const mocksOf = (given: JsonSource | undefined): Mocks => (given === undefined ? {} : readMocks(given.value));
