import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Diagnostic, hasError } from '../diagnostics/diagnostics.ts';
import { distinct } from '../project/check-flow.ts';
import { isObject, type Json, type JsonObject } from '../protocol/json.ts';
import { checkInput } from '../run/input/check-input.ts';
import { type FlowOptions, prepareFlow } from '../run/run-flow.ts';
import { mocksForCase, openCaseFlow } from './case-mocks.ts';
import { type Comparison, compare, diffOf, type Mismatch } from './compare.ts';
import { type Measured, measure } from './metrics.ts';
import type { Suite } from './open-suite.ts';
import { OF_PROCESSES, type TestCase } from './test-case.ts';

/**
 * How a case went. `refused`: its flow cannot run, for the reasons in the diagnostics. `skipped`: it was not selected.
 * `updated`: it failed, and what it expects was rewritten.
 */
export type CaseStatus = 'passed' | 'failed' | 'refused' | 'skipped' | 'updated';

/** The report of a case. */
export interface CaseReport {
  readonly name: string;
  readonly status: CaseStatus;
  /** How long its flow ran, in milliseconds. */
  readonly ms: number;
  /** Why it failed. */
  readonly mismatches: readonly Mismatch[];
  /** Expected and found, line by line, where it failed. */
  readonly diff?: string;
  /** How its flow ended and what was measured, where it ran. */
  readonly found?: Json;
  readonly diagnostics: readonly Diagnostic[];
}

/** The report of a case whose flow did not run. */
export const notRun = (
  { name }: TestCase,
  status: 'refused' | 'skipped',
  diagnostics: readonly Diagnostic[] = [],
): CaseReport => ({ name, status, ms: 0, mismatches: [], diagnostics });

/** Runs a case with its own blob store, which is deleted afterwards. */
export async function runCase(testCase: TestCase, suite: Suite, signal?: AbortSignal): Promise<CaseReport> {
  if (hasError(testCase.diagnostics)) return notRun(testCase, 'refused', testCase.diagnostics);
  const blobs = await mkdtemp(join(tmpdir(), 'stepflow-test-'));
  try {
    const { options, diagnostics } = optionsFor(testCase, suite, blobs);
    const prepared = await prepareFlow(options, suite.shared);
    const all = [...testCase.diagnostics, ...prepared.diagnostics, ...diagnostics];
    if (hasError(all)) return notRun(testCase, 'refused', all);
    const { input, inputTree: tree } = testCase;
    const inputText = { file: suite.file, text: suite.source, ...(tree && { tree }) };
    const isolate = testCase.metrics.some((metric) => OF_PROCESSES.has(metric));
    const run = await prepared.run({
      input,
      inputText,
      isolate,
      retriesAtOnce: true,
      isAttended: false,
      ...(signal && { signal }),
    });
    const report = await evaluate(testCase, { run, blobs });
    // That an input was refused says why a case fails, and is nothing to be told of one that expects it.
    const refusal = report.status === 'failed' ? run.diagnostics : [];
    return { ...report, diagnostics: distinct([...all, ...refusal]) };
  } finally {
    await rm(blobs, { recursive: true, force: true });
  }
}

interface Prepared {
  readonly options: FlowOptions;
  readonly diagnostics: readonly Diagnostic[];
}

/** The options that a case's flow runs with, and the diagnostics about its mocks. */
function optionsFor(testCase: TestCase, suite: Suite, blobs: string): Prepared {
  const { file, source, folders } = suite;
  const { variables } = testCase;
  const caseFlow = openCaseFlow(suite, variables);
  const { mocks, diagnostics } = mocksForCase(testCase, caseFlow);
  // Nothing runs with an input that does not fit, so nothing has to be there, either.
  const { inputSchema } = caseFlow.compiled;
  const isRefused = hasError(checkInput(testCase.input, inputSchema));
  const stubs = isRefused ? Object.fromEntries(caseFlow.steps.map(({ id }) => [id, []])) : {};
  return { options: { ...folders, file, source, variables, mocks: { ...stubs, ...mocks }, blobs }, diagnostics };
}

async function evaluate(testCase: TestCase, measured: Measured): Promise<Omit<CaseReport, 'diagnostics'>> {
  const found = await actualOutput(testCase, measured);
  const compared = compare(testCase.expected, found);
  const { mismatches } = compared;
  const common = { name: testCase.name, ms: measured.run.execution?.durationMs ?? 0, mismatches, found };
  if (mismatches.length === 0) return { ...common, status: 'passed' };
  return { ...common, status: 'failed', diff: diffOf(withReason(compared, found)) };
}

/** An error that was not asked for is shown, too, where the outcome is another for it. */
function withReason(compared: Comparison, { error }: JsonObject): Comparison {
  const isOutcome = compared.mismatches.some(({ at: [key] }) => key === 'outcome' || key === 'result');
  if (error === undefined || !isOutcome || !isObject(compared.found)) return compared;
  return { ...compared, found: { ...compared.found, error } };
}

/** How a flow ended, in the form that a case expects it in. */
async function actualOutput({ metrics }: TestCase, measured: Measured): Promise<JsonObject> {
  const { result } = measured.run;
  const common = {
    outcome: result.outcome,
    ...(metrics.length > 0 && { performance_metrics: await measure(metrics, measured) }),
  };
  if (result.outcome === 'success') return { ...common, result: result.result };
  if (result.outcome === 'skipped') return common;
  const { code, message } = result.error;
  return { ...common, error: { code, message } };
}
