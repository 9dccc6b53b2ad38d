import type { Diagnostic } from '../flow/diagnostics.ts';
import type { Flow, Step } from '../flow/flow.ts';
import { testKey } from '../runtime/invocation.ts';
import { type AnalysedSink, type Analysis, analyse } from './analysis.ts';
import { type Cost, costInside, costModel } from './cost.ts';
import type { Dag } from './dag.ts';
import { type Demand, isAlways, skipIfOf, testOf } from './demand.ts';
import { type Dependencies, type StepUses, stepUsesIn } from './graph.ts';
import type { SecretNames } from './secrets.ts';
import { type Arrangement, arrange } from './series-parallel.ts';
import { isStepUse, type StepUse, type Use, usesOf } from './uses.ts';
import { weightOf } from './weights.ts';

/** Stands for the flow's output among the readers of a step. */
export const OUTPUT = Symbol('output');

/** Someone who reads a slot of a step's result. */
export interface Reading {
  readonly reader: string | typeof OUTPUT;
  /** The key of the slot: see `Slots`. */
  readonly key: string;
}

/** A step that runs, sometimes or always. */
export interface PlannedStep {
  readonly step: Step;
  readonly uses: StepUses;
  readonly demand: Demand;
  /** Steps that `demand` asks, though they come later: see {@link decide}. */
  readonly later: ReadonlySet<string>;
  /** Whether the state machine itself can skip the step; its component may do so besides. */
  readonly maySkip: boolean;
  readonly readings: readonly Reading[];
  /** The secret variables that may stand in its input. */
  readonly secrets: readonly string[];
  /** The plan of the flow that the step runs: of `map`, `eval` and `iterate`. */
  readonly inner?: Plan;
}

/** The steps of a flow, arranged. */
export type PlanTree =
  | { readonly kind: 'step'; readonly id: string }
  | { readonly kind: 'sequence'; readonly parts: readonly PlanTree[] }
  | { readonly kind: 'parallel'; readonly branches: readonly PlanTree[] }
  /** A part that gets a state machine of its own, called `name`, since the flow's one would be too large with it. */
  | { readonly kind: 'nested'; readonly name: string; readonly body: PlanTree };

/** What runs, when it is wanted, who reads what of it, and how it is arranged. */
export interface Plan {
  readonly flow: Flow;
  readonly steps: ReadonlyMap<string, PlannedStep>;
  /** Absent where no step runs. */
  readonly tree?: PlanTree;
  /** What the output reads; for a flow without one, what it gives instead. */
  readonly output: readonly Use[];
  readonly sinks: readonly AnalysedSink[];
}

/** Plans a flow, or reports why it cannot be. `given`: the secret variables that may stand in its input. */
export function makePlan(
  flow: Flow,
  diagnostics: Diagnostic[],
  cost: Cost = costModel(),
  given: SecretNames = new Set(),
): Plan | undefined {
  const analysis = analyse(flow, diagnostics, { given });
  return analysis && planOf(analysis, cost);
}

/** Plans a flow that has been analysed. */
export function planOf(analysis: Analysis, cost: Cost = costModel()): Plan {
  const { flow, uses, decided, running, sinks } = analysis;
  const byId = new Map(flow.steps.map((step) => [step.id, step]));
  const inner = new Map([...analysis.inner].map(([id, own]) => [id, planOf(own, costInside(cost, id))]));
  const weights = running.map((id) => weightOf({ step: byId.get(id), inner: inner.get(id) }, cost));
  const tree = running.length > 0 ? treeOf(running, decided.dependencies, weights) : undefined;
  return { flow, steps: planSteps(analysis, inner), ...(tree && { tree }), output: uses.output, sinks };
}

function planSteps(analysis: Analysis, innerPlans: ReadonlyMap<string, Plan>): ReadonlyMap<string, PlannedStep> {
  const { flow, uses, demand, decided, running, secrets } = analysis;
  const { later } = decided;
  const readings = findReadings(analysis);
  const byId = new Map(flow.steps.map((step) => [step.id, step]));
  const steps = new Map<string, PlannedStep>();
  for (const id of running) {
    const step = byId.get(id);
    const used = uses.steps.get(id);
    if (!step || !used) continue;
    const maySkip = canSkip(step, used, steps);
    const inner = innerPlans.get(id);
    const wanted = {
      demand: demand.get(id) ?? [],
      later: later.get(id) ?? new Set<string>(),
      readings: readings.get(id) ?? [],
      secrets: [...(secrets.get(id) ?? [])].sort(),
    };
    steps.set(id, { step, uses: used, ...wanted, maySkip, ...(inner && { inner }) });
  }
  return steps;
}

/** A use through which a skip spreads to the reader. */
export const spreadsSkip = (use: Use): use is StepUse =>
  isStepUse(use) && !use.optional && use.reference.onSkip === undefined;

function canSkip(step: Step, uses: StepUses, before: ReadonlyMap<string, PlannedStep>): boolean {
  if (skipIfOf(step) || step.onError.action === 'skip') return true;
  return [...uses.input, ...uses.fallback].some((use) => spreadsSkip(use) && before.get(use.reference.step)?.maySkip);
}

function findReadings({ uses, demand, decided: { later }, sinks }: Analysis): ReadonlyMap<string, readonly Reading[]> {
  const readings = new Map<string, Reading[]>();
  const add = (step: string, reading: Reading): void => {
    const known = readings.get(step);
    if (known) known.push(reading);
    else readings.set(step, [reading]);
  };
  const addAll = (found: readonly Use[], reader: Reading['reader']): void => {
    for (const { reference, test } of found.filter(isStepUse)) {
      add(reference.step, { reader, key: test ? testKey(test, reference.path.text) : reference.path.text });
    }
  };
  for (const [id, used] of uses.steps) {
    const wanted = demand.get(id);
    if (!wanted) continue;
    addAll(stepUsesIn(used), id);
    addAll(usesOfGuard(wanted, later.get(id)), id);
  }
  addAll(uses.output, OUTPUT);
  for (const sink of sinks) addAll(sink.uses, OUTPUT);
  return readings;
}

/** A guard reads the tests that decide whether its step is wanted. */
function usesOfGuard(wanted: Demand, later: ReadonlySet<string> | undefined): readonly Use[] {
  if (isAlways(wanted)) return [];
  const asked = wanted.flatMap((gates) => [...gates.values()].flatMap((gate) => usesOf(gate.of, testOf(gate))));
  return asked.filter((use) => !isStepUse(use) || !later?.has(use.reference.step));
}

function treeOf(running: readonly string[], dependencies: Dependencies, weights: readonly number[]): PlanTree {
  const position = new Map(running.map((id, at) => [id, at]));
  const successors: number[][] = running.map(() => []);
  for (const [at, id] of running.entries()) {
    for (const before of dependencies.get(id) ?? []) successors[position.get(before) ?? -1]?.push(at);
  }
  const dag: Dag = { weights, successors };
  return name(arrange(dag), running);
}

function name(arrangement: Arrangement, ids: readonly string[]): PlanTree {
  if (arrangement.kind === 'step') return { kind: 'step', id: ids[arrangement.node] ?? '' };
  if (arrangement.kind === 'sequence') {
    return { kind: 'sequence', parts: arrangement.parts.map((part) => name(part, ids)) };
  }
  return { kind: 'parallel', branches: arrangement.branches.map((branch) => name(branch, ids)) };
}

/** The steps of a tree, in its order. */
export function stepsIn(tree: PlanTree): readonly string[] {
  const found: string[] = [];
  const collect = (inner: PlanTree): void => {
    if (inner.kind === 'step') found.push(inner.id);
    else for (const part of partsOf(inner)) collect(part);
  };
  collect(tree);
  return found;
}

/** The first of {@link stepsIn}, by which the tree can be named. */
export function firstStepIn(tree: PlanTree): string | undefined {
  if (tree.kind === 'step') return tree.id;
  const [first] = partsOf(tree);
  return first && firstStepIn(first);
}

/** The parts that a tree is made of. */
export function partsOf(tree: Exclude<PlanTree, { kind: 'step' }>): readonly PlanTree[] {
  if (tree.kind === 'nested') return [tree.body];
  return tree.kind === 'sequence' ? tree.parts : tree.branches;
}
