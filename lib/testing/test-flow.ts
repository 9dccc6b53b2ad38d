import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { type Diagnostic, hasError } from '../diagnostics/diagnostics.ts';
import { distinct } from '../project/check-flow.ts';
import { isFlowText } from '../project/flow-text.ts';
import { checkFlows, type SharedComponents } from '../project/load-flows.ts';
import { checkInput } from '../run/input/check-input.ts';
import { mocksForCase, openCaseFlow } from './case-mocks.ts';
import { openSuite, type Suite, type SuiteOptions } from './open-suite.ts';
import { type CaseReport, notRun, runCase } from './run-case.ts';
import { OF_TIME, type TestCase } from './test-case.ts';

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
  // 3. Diagnostics that several cases have in common are reported once. Without cases, the errors of the flow are left.
  const ofFlow = cases.length === 0 ? await errorsWithoutCases(suite) : [];
  const diagnostics = distinct([...suite.diagnostics, ...ofFlow, ...cases.flatMap((one) => one.diagnostics)]);
  return { file: suite.file, cases, diagnostics, sources: suite.sources };
}

/** A flow that cannot run does not pass because it has no cases. */
async function errorsWithoutCases({ file, source, folders, shared }: Suite): Promise<readonly Diagnostic[]> {
  if (!isFlowText(source)) return [];
  const found = await checkFlows([{ ...folders, file, source }], shared);
  return found.filter(({ severity }) => severity === 'error');
}

/** What is wrong with a flow's cases and their configuration, without running any. */
export const checkTests = async (options: SuiteOptions, shared?: SharedComponents): Promise<readonly Diagnostic[]> =>
  checkSuite(await openSuite(options, shared));

/** What is wrong with cases and their configuration that have been read. */
export function checkSuite(suite: Suite): readonly Diagnostic[] {
  const diagnostics = [...suite.diagnostics, ...suite.cases.flatMap((testCase) => testCase.diagnostics)];
  if (suite.cases.length === 0) return diagnostics;
  const caseFlow = openCaseFlow(suite);
  if (!caseFlow.compiled.stateMachine) return diagnostics;
  const found = suite.cases.flatMap((testCase) => mocksForCase(testCase, caseFlow).diagnostics);
  const inputs = suite.cases.filter(expectsSuccess).flatMap((testCase) => checkCaseInput(testCase, suite, caseFlow));
  return distinct([...diagnostics, ...inputs, ...found.filter(({ severity }) => severity !== 'error')]);
}

/** A case that expects a failure may have an input that the flow refuses. */
const expectsSuccess = ({ expected }: TestCase): boolean => {
  const outcome = expected.kind === 'map' ? expected.entries.get('outcome') : undefined;
  return outcome?.kind === 'scalar' && outcome.value === 'success';
};

const checkCaseInput = (
  { input, inputTree }: TestCase,
  { file, source }: Suite,
  { compiled }: ReturnType<typeof openCaseFlow>,
): readonly Diagnostic[] =>
  checkInput(input, compiled.inputSchema, { file, text: source, ...(inputTree && { tree: inputTree }) });

/** Cases run side by side; those whose time is measured afterwards, each alone, so that they measure nothing else. */
async function runCases(
  suite: Suite,
  { select = () => true, concurrency, signal }: TestOptions,
): Promise<readonly CaseReport[]> {
  const together = pLimit(concurrency ?? availableParallelism());
  const alone = pLimit(1);
  const isTimed = ({ metrics }: TestCase): boolean => metrics.some((metric) => OF_TIME.has(metric));
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
