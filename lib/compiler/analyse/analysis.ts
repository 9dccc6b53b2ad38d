import { type Diagnostic, diagnose } from '../../diagnostics/diagnostics.ts';
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
import { type Use, usesOf } from './uses.ts';

/** What is known of a flow before it is arranged: what reads what, what runs, and when. */
export interface Analysis {
  readonly flow: Flow;
  readonly uses: FlowUses;
  /** All steps, each after those it reads. */
  readonly order: readonly string[];
  readonly demand: ReadonlyMap<string, Demand>;
  readonly precedence: Precedence;
  /** The steps that run, each after those it waits for. */
  readonly running: readonly string[];
  /** What a flow without an output gives: the results of the steps that run and that no other one reads. */
  readonly sinks: readonly AnalysedSink[];
  /** The secret variables that may stand in the input of each step that runs. */
  readonly secrets: ReadonlyMap<string, SecretNames>;
  /** The secret variables that may stand in the flow's input. */
  readonly inputSecrets: SecretNames;
  /** Of the flows that steps run, by the steps' ids. */
  readonly inner: ReadonlyMap<string, Analysis>;
}

/** One result of a flow without an output, and what it reads. */
export interface AnalysedSink extends Sink {
  readonly uses: readonly Use[];
}

/** How a flow is looked at. */
export interface AnalysisOptions {
  /** The secret variables that may stand in its input. @default none */
  readonly inputSecrets?: SecretNames;
  /** What is known already of the flows that its steps run. @default nothing: they are read from the steps' input */
  readonly inner?: ReadonlyMap<string, Analysis>;
}

/** Analyses a flow, or reports why it can be none. Where values are too many for a payload, it gets steps that gather them. */
export function analyse(
  written: Flow,
  diagnostics: Diagnostic[],
  { inputSecrets = new Set(), inner }: AnalysisOptions = {},
): Analysis | undefined {
  const flow = gatherWide(written);
  const uses = findUses(flow, diagnostics);
  if (diagnostics.some(({ severity }) => severity === 'error')) return undefined;
  const data = dataDependencies(uses);
  const order = sort(flow, data, 'cycle', diagnostics);
  if (!order) return undefined;
  const demand = findDemand(flow, uses, order);
  reportUnwanted(flow, demand, diagnostics);
  const precedence = findPrecedence(flow, uses, data, demand);
  const running = sort(flow, precedence.dependencies, 'undecidable-demand', diagnostics);
  if (!running) return undefined;
  const secrets = secretsOfSteps(flow, uses, running, inputSecrets);
  const found = inner ?? analyseInner(flow, secrets, diagnostics);
  const sinks = flow.output ? [] : (flow.sinks ?? unread(flow, uses, running)).map(analyseSink);
  return { flow, uses, order, demand, precedence, running, sinks, secrets, inputSecrets, inner: found };
}

const analyseSink = (sink: Sink): AnalysedSink => ({ ...sink, uses: usesOf(sink.value) });

function unread({ steps }: Flow, uses: FlowUses, running: readonly string[]): readonly Sink[] {
  const runs = new Set(running);
  const read = new Set(running.flatMap((id) => readBy(uses.steps.get(id))));
  return steps
    .filter(({ id }) => runs.has(id) && !read.has(id))
    .map(({ id, idSpan }) => ({ id, value: { kind: 'step', step: id, path: WHOLE, span: idSpan } }));
}

const readBy = (uses: StepUses | undefined): readonly string[] =>
  uses ? stepUsesIn(uses).map(({ reference }) => reference.step) : [];

function sort(
  flow: Flow,
  dependencies: Dependencies,
  code: 'cycle' | 'undecidable-demand',
  diagnostics: Diagnostic[],
): readonly string[] | undefined {
  const sorted = topologicalOrder(dependencies);
  if ('order' in sorted) return sorted.order;
  const at = flow.steps.find(({ id }) => id === sorted.cycle[0]);
  if (at) diagnostics.push(diagnose(code, { path: sorted.cycle }, { file: flow.file, ...at.idSpan }));
  return undefined;
}

function reportUnwanted(flow: Flow, demand: ReadonlyMap<string, Demand>, diagnostics: Diagnostic[]): void {
  for (const { id, idSpan, added } of flow.steps) {
    if (!added && !demand.has(id))
      diagnostics.push(diagnose('never-runs', { step: id }, { file: flow.file, ...idSpan }));
  }
}

/** `secrets` has an entry for each step that runs. */
function analyseInner(
  flow: Flow,
  secrets: ReadonlyMap<string, SecretNames>,
  diagnostics: Diagnostic[],
): ReadonlyMap<string, Analysis> {
  const found = new Map<string, Analysis>();
  for (const step of flow.steps) {
    const given = secrets.get(step.id);
    const inner = given && innerFlowOf(step, flow, diagnostics);
    const analysis = inner && analyse(inner, diagnostics, { inputSecrets: given });
    if (analysis) found.set(step.id, analysis);
  }
  return found;
}
