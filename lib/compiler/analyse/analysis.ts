import { type Diagnostic, diagnose, hasError } from '../../diagnostics/diagnostics.ts';
import { WHOLE } from '../../flow/expression.ts';
import type { Flow, Sink } from '../../flow/flow.ts';
import { type Demand, findDemand, findPrecedence, type Precedence } from './demand.ts';
import { gatherWide } from './gather.ts';
import {
  type Dependencies,
  dataDependencies,
  type FlowUses,
  findUses,
  type StepUses,
  stepUsesIn,
  topologicalOrder,
} from './graph.ts';
import { innerFlowOf } from './inner-flow.ts';
import { type SecretNames, secretsOfSteps } from './secrets.ts';
import { reportTimeLimits } from './time-limits.ts';
import { type Use, usesOf } from './uses.ts';

/** A flow's data flow and control flow, before its steps are arranged. */
export interface Analysis {
  readonly flow: Flow;
  readonly uses: FlowUses;
  /** All steps in topological order of the data edges. */
  readonly order: readonly string[];
  /** When each step is needed; steps that no run needs are absent. */
  readonly demand: ReadonlyMap<string, Demand>;
  readonly precedence: Precedence;
  /** The steps that run in some execution, in topological order of `precedence`. */
  readonly running: readonly string[];
  /** What a flow without an output gives: by default, the result of each running step that no other step reads. */
  readonly sinks: readonly AnalysedSink[];
  /** The secret variables that the input of each running step may contain. */
  readonly secrets: ReadonlyMap<string, SecretNames>;
  /** The secret variables that the flow's input may contain. */
  readonly inputSecrets: SecretNames;
  /** The analyses of inner flows, by the ids of the steps that run them. */
  readonly inner: ReadonlyMap<string, Analysis>;
}

/** One result of a flow without an output, with its uses. */
export interface AnalysedSink extends Sink {
  readonly uses: readonly Use[];
}

/** What is known about a flow before its analysis. */
export interface AnalysisOptions {
  /** The secret variables that its input may contain. @default none */
  readonly inputSecrets?: SecretNames;
  /** The analyses of its inner flows. @default they are found in the steps' inputs, and analysed */
  readonly inner?: ReadonlyMap<string, Analysis>;
}

/**
 * Analyses a flow; undefined if a diagnostic is an error. Adds steps that gather values where a payload would have too many:
 * see {@link gatherWide}.
 */
export function analyse(
  written: Flow,
  diagnostics: Diagnostic[],
  { inputSecrets = new Set(), inner }: AnalysisOptions = {},
): Analysis | undefined {
  const flow = gatherWide(written);
  const uses = findUses(flow, diagnostics);
  reportTimeLimits(flow, diagnostics);
  if (hasError(diagnostics)) return undefined;
  const data = dataDependencies(uses);
  const order = topologicallySorted(flow, data, 'cycle', diagnostics);
  if (!order) return undefined;
  const demand = findDemand(flow, uses, order);
  reportUnwanted(flow, demand, diagnostics);
  const precedence = findPrecedence(flow, uses, data, demand);
  const running = topologicallySorted(flow, precedence.dependencies, 'undecidable-demand', diagnostics);
  if (!running) return undefined;
  const secrets = secretsOfSteps(flow, uses, running, inputSecrets);
  const found = inner ?? analyseInner(flow, secrets, diagnostics);
  if (!inner && !flow.outer) reportAmbiguousIds({ flow, inner: found }, diagnostics);
  const sinks = flow.output ? [] : (flow.sinks ?? unreadResults(flow, uses, running)).map(analyseSink);
  return { flow, uses, order, demand, precedence, running, sinks, secrets, inputSecrets, inner: found };
}

const analyseSink = (sink: Sink): AnalysedSink => ({ ...sink, uses: usesOf(sink.value) });

function unreadResults({ steps }: Flow, uses: FlowUses, running: readonly string[]): readonly Sink[] {
  const runs = new Set(running);
  const read = new Set(running.flatMap((id) => stepsRead(uses.steps.get(id))));
  return steps
    .filter(({ id }) => runs.has(id) && !read.has(id))
    .map(({ id, idSpan }) => ({ id, value: { kind: 'step', step: id, path: WHOLE, span: idSpan } }));
}

const stepsRead = (uses: StepUses | undefined): readonly string[] =>
  uses ? stepUsesIn(uses).map(({ reference }) => reference.step) : [];

/** The steps in topological order; a cycle is a diagnostic. */
function topologicallySorted(
  flow: Flow,
  dependencies: Dependencies,
  code: 'cycle' | 'undecidable-demand',
  diagnostics: Diagnostic[],
): readonly string[] | undefined {
  const sorted = topologicalOrder(dependencies);
  if ('order' in sorted) return sorted.order;
  // Nobody has written the steps that do operations.
  const steps = sorted.cycle.flatMap((id) => flow.steps.filter((step) => step.id === id));
  const known = steps.filter(({ added }) => !added);
  const path = (known.length > 0 ? known : steps).map(({ id }) => id);
  const [at = steps[0]] = known;
  const around = path.length > 1 && path[0] === path.at(-1) ? path : [...path, ...path.slice(0, 1)];
  if (at) diagnostics.push(diagnose(code, { path: around }, { file: flow.file, ...at.idSpan }));
  return undefined;
}

/**
 * Reports steps that have the same name in runs, mocks and keys of calls, where a step of an inner flow is `OUTER.INNER`: ids
 * may contain dots.
 */
function reportAmbiguousIds(root: Pick<Analysis, 'flow' | 'inner'>, diagnostics: Diagnostic[]): void {
  const lines = new Map<string, number>();
  const visit = ({ flow, inner }: Pick<Analysis, 'flow' | 'inner'>, prefix: string): void => {
    for (const { id, idSpan, added } of flow.steps) {
      const name = prefix + id;
      const line = lines.get(name);
      if (line !== undefined)
        diagnostics.push(diagnose('duplicate-id', { id: name, line }, { file: flow.file, ...idSpan }));
      else if (!added) lines.set(name, idSpan.line);
      const own = inner.get(id);
      if (own) visit(own, `${name}.`);
    }
  };
  visit(root, '');
}

function reportUnwanted(flow: Flow, demand: ReadonlyMap<string, Demand>, diagnostics: Diagnostic[]): void {
  for (const { id, idSpan, added } of flow.steps) {
    if (!added && !demand.has(id))
      diagnostics.push(diagnose('never-runs', { step: id }, { file: flow.file, ...idSpan }));
  }
}

/** `secrets` has an entry for each running step: inner flows of other steps are not analysed. */
function analyseInner(
  flow: Flow,
  secrets: ReadonlyMap<string, SecretNames>,
  diagnostics: Diagnostic[],
): ReadonlyMap<string, Analysis> {
  const found = new Map<string, Analysis>();
  for (const step of flow.steps) {
    const inputSecrets = secrets.get(step.id);
    const inner = inputSecrets && innerFlowOf(step, flow, diagnostics);
    const analysis = inner && analyse(inner, diagnostics, { inputSecrets });
    if (analysis) found.set(step.id, analysis);
  }
  return found;
}
