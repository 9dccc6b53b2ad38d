import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Json } from '../protocol/json.ts';
import type { RecordedBatch } from '../run/batch/batch-files.ts';
import type { Batch, BatchEnd, LineRun } from '../run/batch/run-batch.ts';
import type { FlowRun, PreparedFlow, RunEvent } from '../run/run-flow.ts';
import { EXIT, UsageError } from './errors.ts';
import type { FlowFile } from './flow-files.ts';
import { copyInputs, type InputLine, inputLines, isLasting } from './input-lines.ts';
import { runPriced } from './priced-run.ts';
import { shortId } from './render/step-line.ts';
import { showDiagnostics, suggestNext } from './report.ts';
import { runJson } from './run-json.ts';
import type { Terminal } from './terminal.ts';
import { showUnasked } from './unasked.ts';

/** A batch that the user asks for. */
export interface BatchRequest {
  readonly flow: FlowFile;
  /** The file of its inputs, or `-`. */
  readonly inputs: string;
  readonly maxConcurrency: number | undefined;
  /** Which batch is continued: its id or the beginning of it; `true`: the latest one of the flow with these inputs. */
  readonly resume: string | true | undefined;
}

const DEFAULT_CONCURRENCY = 10;

/** Runs a flow for each line of a file; prints a result a line, in order. Answers the exit code. */
export async function runBatch(
  request: BatchRequest,
  prepare: () => Promise<PreparedFlow>,
  json: boolean,
  terminal: Terminal,
): Promise<number> {
  const { flow, inputs } = request;
  const source = await checkInputs(inputs, terminal);
  const prepared = await prepare();
  await showDiagnostics(prepared.diagnostics, new Map([[flow.file, flow.text]]), terminal);
  const { batch, path } = await openBatch(request, source, prepared, terminal).catch(explain);
  const named = inputs === '-' ? 'standard input' : inputs;
  const end = await batch
    .run<InputLine & { readonly shown: string }>({
      lines: shownLines(inputLines(path, named), prepared),
      maxConcurrency: request.maxConcurrency ?? DEFAULT_CONCURRENCY,
      signal: terminal.signal,
      run: async ({ value, ...inputText }, journal, executionName) => {
        const { signal } = terminal;
        const onEvent = (event: RunEvent): void => showUnasked(event, terminal);
        const ran = await runPriced(prepared, { input: value, inputText, signal, onEvent, journal, executionName });
        await showWarnings(ran, { value, ...inputText }, prepared, terminal);
        return lineRun(ran, batch.id, signal.aborted);
      },
      onAnswer: (answer) => terminal.stdout.write(`${JSON.stringify(answer)}\n`),
    })
    .catch(explain);
  if (!json) showEnd(end, request, batch.id, terminal);
  return end.succeeded < end.answered || end.canContinue ? EXIT.failed : EXIT.ok;
}

async function* shownLines(lines: AsyncIterable<InputLine>, prepared: PreparedFlow) {
  for await (const line of lines) yield { ...line, shown: prepared.showInput(line.value, line.text) };
}

function showEnd(
  { answered, succeeded, canContinue }: BatchEnd,
  request: BatchRequest,
  id: string,
  terminal: Terminal,
) {
  const { flow, inputs } = request;
  terminal.stderr.write(`${succeeded} of ${answered} runs succeeded\n`);
  if (canContinue) suggestNext(`run ${flow.file} --inputs ${inputs} --resume ${shortId(id)}`, terminal);
}

interface OpenedBatch {
  readonly batch: Batch;
  /** The file that its inputs are read from. */
  readonly path: string;
}

/** The path of a file of inputs; undefined where it can be read once. A line that is not JSON is told before anything runs. */
async function checkInputs(inputs: string, terminal: Terminal): Promise<string | undefined> {
  if (!(await isLasting(inputs, terminal))) return undefined;
  const path = resolve(terminal.cwd, inputs);
  await readThrough(path, inputs);
  return path;
}

const openBatch = (
  request: BatchRequest,
  path: string | undefined,
  prepared: PreparedFlow,
  terminal: Terminal,
): Promise<OpenedBatch> =>
  request.resume === undefined
    ? start(request, path, prepared, terminal)
    : reopen(request, request.resume, path, prepared, terminal);

/** What the batches of a flow with these inputs have in common. */
const sourceOf = ({ flow }: BatchRequest, path: string | undefined, { cwd }: Terminal) => ({
  file: resolve(cwd, flow.file),
  ...(path !== undefined && { inputs: path }),
});

async function start(
  request: BatchRequest,
  path: string | undefined,
  prepared: PreparedFlow,
  terminal: Terminal,
): Promise<OpenedBatch> {
  const { inputs } = request;
  const { startBatch } = await import('../run/batch/run-batch.ts');
  const about = { flow: prepared.name, flowHash: prepared.hash(), ...sourceOf(request, path, terminal) };
  const batch = startBatch(prepared.folders.batches, about);
  if (path !== undefined) return { batch, path };
  const copy = batch.files.inputs;
  try {
    await copyInputs(inputs, copy, terminal);
    await readThrough(copy, inputs === '-' ? 'standard input' : inputs);
  } catch (error) {
    batch.close();
    rmSync(batch.files.folder, { recursive: true, force: true });
    throw error;
  }
  return { batch, path: copy };
}

async function readThrough(path: string, named: string): Promise<void> {
  for await (const _ of inputLines(path, named));
}

async function reopen(
  request: BatchRequest,
  resume: string | true,
  path: string | undefined,
  prepared: PreparedFlow,
  terminal: Terminal,
): Promise<OpenedBatch> {
  const { flow, inputs } = request;
  const { batches } = prepared.folders;
  const { listBatches } = await import('../run/batch/batch-files.ts');
  const source = sourceOf(request, path, terminal);
  const known = listBatches(batches).filter(({ file }) => file === source.file);
  const found = known.filter((one) => (resume === true ? one.inputs === source.inputs : one.id.startsWith(resume)));
  const [batch, another] = found;
  if (!batch) throw noBatch(resume, request, known);
  if (another && resume !== true)
    throw new UsageError(`"${resume}" is the beginning of ${found.length} batches`, 'give more of it');
  if (batch.inputs !== source.inputs)
    throw new UsageError(
      `the batch ${batch.id} has other inputs than ${inputs}`,
      `give the same: --inputs ${batch.inputs ?? '-'}`,
    );
  if (batch.flowHash !== prepared.hash())
    throw new UsageError(
      `${flow.file}, its variables or its mocks have changed since the batch ${shortId(batch.id)} began: its results would be of two flows`,
      'make them as they were, or start the batch again, without --resume',
    );
  const { continueBatch } = await import('../run/batch/run-batch.ts');
  const opened = continueBatch(batches, batch);
  return { batch: opened, path: path ?? opened.files.inputs };
}

const MAX_LISTED = 10;

function noBatch(resume: string | true, { flow, inputs }: BatchRequest, known: readonly RecordedBatch[]): UsageError {
  const what =
    resume === true ? `no batch of ${flow.file} with the inputs ${inputs}` : `no batch "${resume}" of ${flow.file}`;
  const lines = known.slice(0, MAX_LISTED).map(({ id, at, outcome = 'interrupted', inputs: file }) => {
    const time = new Date(at).toISOString().slice(0, 19);
    return `    ${id}  ${time}Z  ${outcome.padEnd(11)}  ${file ?? '-'}`;
  });
  const help =
    lines.length === 0 ? 'start it, without --resume' : `the latest batches of this flow are\n${lines.join('\n')}`;
  return new UsageError(`there is ${what}`, help);
}

/** What the user can mend is wrong use; all else is not. */
async function explain(error: unknown): Promise<never> {
  const { JournalError } = await import('../run/durable/append-only-file.ts');
  if (!(error instanceof JournalError)) throw error;
  throw new UsageError(error.message, 'correct that, or start the batch again, without --resume');
}

function lineRun(ran: FlowRun, batch: string, isAborted: boolean): LineRun {
  const { result, execution } = ran;
  // A line is continued by continuing its batch.
  const resumable = execution?.resume !== undefined;
  const shown = resumable && execution ? { ...ran, execution: { ...execution, resume: batch } } : ran;
  return {
    outcome: result.outcome,
    wasCancelled: isAborted && result.outcome === 'failed' && result.error.code === 'CANCELLED',
    canContinue: resumable,
    answer: runJson(shown) as Json,
  };
}

/** Shows the warnings of a line; its errors are in its result, and those of the flow were shown before. */
async function showWarnings(
  { diagnostics }: FlowRun,
  { file, text, value, line }: InputLine,
  prepared: PreparedFlow,
  terminal: Terminal,
): Promise<void> {
  const warnings = diagnostics.filter((one) => one.severity === 'warning' && one.file === file);
  if (warnings.length === 0) return;
  const shown = '\n'.repeat(line - 1) + prepared.showInput(value, text);
  await showDiagnostics(warnings, new Map([[file, shown]]), terminal);
}
