import type { CompiledStep } from '../compiler/compile.ts';
import { PASS_NAMES } from '../compiler/passes/passes.ts';
import { type Diagnostic, diagnose, hasError, Reporter, type Span } from '../diagnostics/diagnostics.ts';
import { flowRunnerAt } from '../flow/flow-runners.ts';
import { Suggestions } from '../flow/text/nearest.ts';
import { readTree } from '../flow/text/read-tree.ts';
import type { Catalog } from '../project/components/index.ts';
import { type OpenedFlow, type OpenOptions, openFlow } from '../project/open-flow.ts';
import { refusalOf } from '../run/report/outcome.ts';
import type { PreparedFlow } from '../run/run-flow.ts';

/** What a mock stands in for, and where that is written. */
export interface MockTarget {
  /** A step's id, or a component's path. */
  readonly target: string;
  readonly span: Span;
}

/** The steps that a mock may be for. `file`: where the mocks are written. */
export interface MockableFlow {
  readonly file: string;
  readonly steps: readonly CompiledStep[];
  readonly catalog: Catalog;
}

/** A component's own path, for any name of it. */
export const canonical = (catalog: Catalog, component: string): string => catalog.resolve(component)?.path ?? component;

/** What is wrong with the target of a mock, for the mocks of one flow. */
export function targetCheck(flow: MockableFlow): (mock: MockTarget) => readonly Diagnostic[] {
  const names = new Suggestions([...new Set(flow.steps.flatMap(({ id, component }) => [id, component]))]);
  return (mock) => checkTarget(mock, flow, names);
}

function checkTarget(
  { target, span }: MockTarget,
  { steps, catalog, file }: MockableFlow,
  names: Suggestions,
): readonly Diagnostic[] {
  const path = target.startsWith('/') ? canonical(catalog, target) : undefined;
  const meant = steps.filter(({ id, component }) => target === id || canonical(catalog, component) === path);
  const [step] = meant;
  if (step === undefined) {
    return [diagnose('unknown-mock-target', { target, nearest: names.nearest(target) }, { file, ...span })];
  }
  // A step that runs a flow calls its component where that is mocked.
  if (meant.some(({ calls, component }) => calls || flowRunnerAt(canonical(catalog, component)))) return [];
  return [diagnose('mock-without-effect', { step: step.id, component: step.component }, { file, ...span })];
}

/**
 * What is wrong with the targets of a mocks file. A run calls the real component where the mock of it has a wrong name, so
 * that a target which is none is an error here; what the flow merely does not call is a warning.
 */
export function checkMocksFile(file: string, text: string, options: OpenOptions): readonly Diagnostic[] {
  // Without passes, so that mocks can refer to every step that is written.
  const opened = openFlow({ ...options, without: PASS_NAMES, profileFile: 'none' });
  const { steps, stateMachine } = opened.compiled;
  if (!stateMachine) return []; // the flow is refused anyway
  const { catalog } = opened.lookup;
  const check = targetCheck({ file, steps, catalog });
  return targetsIn(text, file).flatMap((mock) => {
    const isError = isNoTarget(mock.target, opened);
    return check(mock).map((found) => (isError ? { ...found, severity: 'error' as const } : found));
  });
}

function targetsIn(text: string, file: string): readonly MockTarget[] {
  const tree = readTree(text, new Reporter(file));
  return tree?.kind === 'map' ? [...tree.entries].map(([target, { key }]) => ({ target, span: key })) : [];
}

function isNoTarget(target: string, { compiled, lookup: { catalog } }: OpenedFlow): boolean {
  const written = [...compiled.steps, ...(compiled.flow?.steps ?? [])];
  const isKnown = catalog.resolve(target) ?? written.some(({ id, component }) => id === target || component === target);
  // A flow that is only known at run time may have any steps.
  const isOpenEnded = compiled.steps.some(
    ({ calls, component }) => calls && flowRunnerAt(canonical(catalog, component)) !== undefined,
  );
  return !isKnown && !isOpenEnded;
}

/** A flow with what was found of its mocks: one with an error among that is refused. */
export function withMockDiagnostics(flow: PreparedFlow, found: readonly Diagnostic[]): PreparedFlow {
  if (found.length === 0) return flow;
  const run: PreparedFlow['run'] = async (options) => {
    const ran = hasError(found) ? { result: refusalOf(found), diagnostics: flow.diagnostics } : await flow.run(options);
    return { ...ran, diagnostics: [...found, ...ran.diagnostics] };
  };
  return { ...flow, diagnostics: [...found, ...flow.diagnostics], run };
}
