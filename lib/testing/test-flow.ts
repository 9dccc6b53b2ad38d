import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { compile } from '../compile.ts';
import type { Diagnostic } from '../flow/diagnostics.ts';
import { foldersFor } from '../local/folders.ts';
import { lookupIn } from '../local/needed.ts';
import { PASS_NAMES } from '../plan/passes/names.ts';
import { openSuite, type Suite, type SuiteOptions } from './open-suite.ts';
import { type CaseReport, notRun, runCase } from './run-case.ts';
import { standInsFor } from './stand-ins.ts';
import type { TestCase } from './test-case.ts';

/** Which cases of a flow to run, and how. */
export interface TestOptions extends SuiteOptions {
  /** @default all */
  readonly select?: (testCase: TestCase) => boolean;
  /** How many cases run at once. @default the number of processors */
  readonly concurrency?: number;
  /** Cancels what runs. */
  readonly signal?: AbortSignal;
}

/** How the cases of a flow went. */
export interface FlowReport {
  readonly file: string;
  /** In the order of the flow's file. */
  readonly cases: readonly CaseReport[];
  /** Of the flow, its cases and its configuration, each once. */
  readonly diagnostics: readonly Diagnostic[];
  /** The texts that diagnostics point into, by file. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Runs the cases of a flow's `test` section in the local engine, as `stepflow run` would. Whatever is wrong with them
 * is in the report; rejects only for a fault of ours.
 */
export async function testFlow(options: TestOptions): Promise<FlowReport> {
  // 1. The text becomes cases, and the configuration mocks.
  const suite = await openSuite(options);
  // 2. Each selected case runs, unless there is something wrong with it, or with what all of them share.
  const cases = hasError(suite.diagnostics)
    ? suite.cases.map((testCase) => notRun(testCase, 'refused'))
    : await runCases(suite, options);
  // 3. Diagnostics that several cases have in common are reported once.
  const diagnostics = distinct([...suite.diagnostics, ...cases.flatMap((one) => one.diagnostics)]);
  return { file: suite.file, cases, diagnostics, sources: suite.sources };
}

/** What is wrong with a flow's cases and their configuration, without running any. */
export async function checkTests(options: SuiteOptions): Promise<readonly Diagnostic[]> {
  const suite = await openSuite(options);
  const { file, source, config, folders } = suite;
  const { steps, stateMachine } = compile(source, { file, without: PASS_NAMES });
  const faults = [...suite.diagnostics, ...suite.cases.flatMap((testCase) => testCase.faults)];
  if (!stateMachine) return faults;
  const { catalog } = lookupIn(foldersFor(folders.home, folders));
  const found = suite.cases.flatMap((testCase) => standInsFor(testCase, { file, steps, catalog, config }).diagnostics);
  return distinct([...faults, ...found.filter(({ severity }) => severity !== 'error')]);
}

const hasError = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some(({ severity }) => severity === 'error');

const distinct = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] => [
  ...new Map(diagnostics.map((one) => [JSON.stringify(one), one])).values(),
];

/** Cases run side by side; those whose time is measured afterwards, each alone, so that they measure nothing else. */
async function runCases(
  suite: Suite,
  { select = () => true, concurrency, signal }: TestOptions,
): Promise<readonly CaseReport[]> {
  const together = pLimit(concurrency ?? availableParallelism());
  const alone = pLimit(1);
  const isTimed = ({ metrics }: TestCase): boolean => metrics.includes('execution_time_ms');
  const others = suite.cases.filter((testCase) => select(testCase) && !isTimed(testCase));
  const untimed = new Map(others.map((testCase) => [testCase, together(() => runCase(testCase, suite, signal))]));
  const settled = Promise.allSettled(untimed.values());
  return Promise.all(
    suite.cases.map(async (testCase) => {
      if (!select(testCase)) return notRun(testCase, 'skipped');
      return untimed.get(testCase) ?? alone(() => settled.then(() => runCase(testCase, suite, signal)));
    }),
  );
}
