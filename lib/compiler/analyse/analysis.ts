import { type Diagnostic, diagnose, hasError } from '../../diagnostics/diagnostics.ts';
import { WHOLE } from '../../flow/expression.ts';
import { expressionsOf, type Flow, type Preceding, type Sink, type Step } from '../../flow/flow.ts';
import { type Demand, findDemand, findPrecedence, type Precedence } from './demand.ts';
import { gatherWide } from './gather.ts';
import {
  type Dependencies,
  dependenciesOf,
  type FlowUses,
  findUses,
  type StepUses,
  stepUsesIn,
  topologicalOrder,
} from './graph.ts';
import { innerFlowOf } from './inner-flow.ts';
import { type SecretNames, secretsOfSteps } from './secrets.ts';
import { reportTimeLimits } from './time-limits.ts';
import { stepsReadBy, type Use, usesOf } from './uses.ts';
import { reportWaits, withoutReplacedWaits } from './waits.ts';

/** A flow's data flow and control flow, before its steps are arranged. */
export interface Analysis {
  readonly flow: Flow;
  readonly uses: FlowUses;
  /** All steps in topological order of the edges of data and of `after`. */
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
  /** The secret variables that the flow's input, and what is given to its variables, may contain. */
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
  /** Whether a step is mocked: then it runs no flow. A step of an inner flow has the id `RUNNER.ID`. @default none is */
  readonly isMocked?: ((step: Pick<Step, 'id' | 'component'>) => boolean) | undefined;
  /** Whether a step's component is one of the project's own with the name of a built-in one. Ids as above. @default none is */
  readonly isReplaced?: ((step: Pick<Step, 'id' | 'component'>) => boolean) | undefined;
  /** Whether a function runs the flow, not a state machine of its own. @default false */
  readonly inFunction?: boolean | undefined;
}

/**
 * Analyses a flow; undefined if a diagnostic is an error. Adds steps that gather values where a payload would have too many:
 * see {@link gatherWide}.
 */
export function analyse(written: Flow, diagnostics: Diagnostic[], options: AnalysisOptions = {}): Analysis | undefined {
  const { inputSecrets = new Set(), inner, isReplaced, inFunction } = options;
  const flow = gatherWide(isReplaced ? withoutReplacedWaits(written, isReplaced) : written);
  const uses = findUses(flow, diagnostics);
  reportTimeLimits(flow, diagnostics);
  reportWaits(flow, diagnostics, inFunction);
  if (hasError(diagnostics)) return undefined;
  const data = dependenciesOf(uses);
  const order = topologicallySorted(flow, data, 'cycle', diagnostics);
  if (!order) return undefined;
  const demand = findDemand(flow, uses, order);
  reportUnwanted(flow, demand, diagnostics);
  const precedence = findPrecedence(flow, uses, data, demand);
  const running = topologicallySorted(flow, precedence.dependencies, 'undecidable-demand', diagnostics);
  if (!running) return undefined;
  const secrets = secretsOfSteps(flow, uses, running, inputSecrets);
  const found = inner ?? analyseInner(flow, secrets, diagnostics, options);
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
  const own = (known.length > 0 ? known : steps).map(({ id }) => id);
  const path = own.length > 1 && own[0] === own.at(-1) ? own : [...own, ...own.slice(0, 1)];
  const byAfter = code === 'cycle' ? edgesByAfter(flow, path) : [];
  const span = byAfter[0]?.span ?? flow.steps.find(({ id }) => id === path[0])?.idSpan;
  const after = byAfter.map(({ id, step }) => `"${id}" waits for "${step}"`);
  if (span)
    diagnostics.push(diagnose(code, { path, ...(after.length > 0 && { after }) }, { file: flow.file, ...span }));
  return undefined;
}

/** The edges of a cycle that only an `after` makes. */
function edgesByAfter({ steps }: Flow, path: readonly string[]): readonly (Preceding & Pick<Step, 'id'>)[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  return path.slice(0, -1).flatMap((id, at) => {
    const step = byId.get(id);
    const next = path[at + 1];
    if (!step || expressionsOf(step).some((one) => stepsReadBy(one).includes(next ?? ''))) return [];
    return (step.after ?? [])
      .filter((one) => one.step === next)
      .slice(0, 1)
      .map((one) => ({ id, ...one }));
  });
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
  { isMocked = () => false, isReplaced = () => false, inFunction }: AnalysisOptions,
): ReadonlyMap<string, Analysis> {
  const found = new Map<string, Analysis>();
  for (const step of flow.steps) {
    const inputSecrets = secrets.get(step.id);
    if (!inputSecrets || isMocked(step)) continue;
    const inner = innerFlowOf(step, flow, diagnostics);
    const inside =
      (is: typeof isMocked): typeof isMocked =>
      ({ id, component }) =>
        is({ id: `${step.id}.${id}`, component });
    const options = { inputSecrets, isMocked: inside(isMocked), isReplaced: inside(isReplaced), inFunction };
    const analysis = inner && analyse(inner, diagnostics, options);
    if (analysis) found.set(step.id, analysis);
  }
  return found;
}
