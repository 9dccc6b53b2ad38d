import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import type { Flow, Step } from '../../flow/flow.ts';
import { fusedChainName } from '../../protocol/fused-chain-name.ts';
import { testKey } from '../../protocol/invocation.ts';
import { type AnalysedSink, type Analysis, analyse } from '../analyse/analysis.ts';
import { skipIfOf, testOf } from '../analyse/demand.ts';
import { type Dependencies, type StepUses, stepUsesIn } from '../analyse/graph.ts';
import type { SecretNames } from '../analyse/secrets.ts';
import { isStepUse, type StepUse, type Use, usesOf } from '../analyse/uses.ts';
import type { Dag } from '../arrange/dag.ts';
import { type Arrangement, arrange } from '../arrange/series-parallel.ts';
import { type Durations, durationsFrom, durationsInside } from './durations.ts';
import { type Hoisting, hoistConditions, type Wanted } from './hoisted-conditions.ts';
import { hoistedConditionsIn, type PlanTree } from './plan-tree.ts';
import { secondsOfStep } from './step-durations.ts';

/** Stands for the flow's output among the readers of a step. */
export const OUTPUT = Symbol('output');

/** Someone who reads a slot of a step's result. */
export interface Reading {
  readonly reader: string | typeof OUTPUT;
  /** The key of the slot: see `Slots`. */
  readonly key: string;
  /** That of a whole result which stands here only until the pass `project-reads` has found what is really read of it. */
  readonly unread?: true;
}

/** A step that runs, sometimes or always. */
export interface PlannedStep {
  readonly step: Step;
  readonly uses: StepUses;
  /** When it is wanted: whenever one of these holds. Absent: always. */
  readonly wanted?: readonly Wanted[];
  /** Steps that `wanted` asks, though they come later: see {@link decide}. */
  readonly later: ReadonlySet<string>;
  /** The step before it with which it is passed over, and else runs: where the two stand together, it needs no guard. */
  readonly follows?: string;
  /** What the flow's output reads that may be missing, where the step is the last: its function looks for it. */
  readonly checks?: readonly Use[];
  /** Whether the state machine itself can skip the step; its component may do so besides. */
  readonly maySkip: boolean;
  readonly readings: readonly Reading[];
  /** The secret variables that may stand in its input. */
  readonly secrets: readonly string[];
  /**
   * The steps that its function runs before it, in order. Then `uses` are those of all of them, `wanted`, `later` and
   * `follows` those of the first.
   */
  readonly links?: readonly PlannedStep[];
  /** The plan of the flow that the step runs: of `map`, `eval` and `iterate`. */
  readonly inner?: Plan;
}

/** The steps that a step's function runs, in order: itself, and those before it. */
export const linksOf = (planned: PlannedStep): readonly PlannedStep[] => [...(planned.links ?? []), planned];

/** The name of the function that a step calls: that of its component, or of those of a chain. */
export const functionOf = (planned: PlannedStep): string =>
  fusedChainName(linksOf(planned).map(({ step }) => step.component));

/** The keys of what is read of a step, each once. */
export const keysOf = ({ readings }: PlannedStep): readonly string[] => [...new Set(readings.map(({ key }) => key))];

/** What runs, when it is wanted, who reads what of it, and how it is arranged. */
export interface Plan {
  readonly flow: Flow;
  readonly steps: ReadonlyMap<string, PlannedStep>;
  /** Who asks what of the conditions that are found in the tree, by the ids of the places. */
  readonly hoistedConditions: ReadonlyMap<string, readonly Reading[]>;
  /** Absent where no step runs. */
  readonly tree?: PlanTree;
  /** What the output reads; for a flow without one, what it gives instead. */
  readonly output: readonly Use[];
  readonly sinks: readonly AnalysedSink[];
  /** The plan with each step by itself, where some have become one function. */
  readonly unfused?: Plan;
}

/** The steps of a plan, each changed. */
export const mapSteps = (
  steps: Plan['steps'],
  change: (planned: PlannedStep, id: string) => PlannedStep,
): Plan['steps'] => new Map([...steps].map(([id, planned]) => [id, change(planned, id)]));

/** Plans a flow, or reports why it cannot be. `given`: the secret variables that may stand in its input. */
export function makePlan(
  flow: Flow,
  diagnostics: Diagnostic[],
  cost: Durations = durationsFrom(),
  given: SecretNames = new Set(),
): Plan | undefined {
  const analysis = analyse(flow, diagnostics, { given });
  return analysis && planOf(analysis, cost);
}

/** Plans a flow that has been analysed. Until a pass changes that, functions answer all of their results. */
export function planOf(analysis: Analysis, cost: Durations = durationsFrom()): Plan {
  const { flow, uses, demand, decided, running, sinks } = analysis;
  const byId = new Map(flow.steps.map((step) => [step.id, step]));
  const inner = new Map([...analysis.inner].map(([id, own]) => [id, planOf(own, durationsInside(cost, id))]));
  const weights = running.map((id) => secondsOfStep({ step: byId.get(id), inner: inner.get(id) }, cost));
  const arranged = running.length > 0 ? treeOf(running, decided.dependencies, weights) : undefined;
  const keeping = arranged && hoistConditions(arranged, demand, decided.later);
  const steps = planSteps(analysis, inner, keeping);
  const keeps = keeping ? readingsOfKeeps(keeping) : new Map();
  return { flow, steps, hoistedConditions: keeps, ...(keeping && { tree: keeping.tree }), output: uses.output, sinks };
}

function planSteps(
  analysis: Analysis,
  innerPlans: ReadonlyMap<string, Plan>,
  keeping: Hoisting | undefined,
): ReadonlyMap<string, PlannedStep> {
  const { flow, uses, decided, running, secrets } = analysis;
  const { later } = decided;
  const readings = findReadings(analysis, keeping);
  const byId = new Map(flow.steps.map((step) => [step.id, step]));
  const steps = new Map<string, PlannedStep>();
  for (const id of running) {
    const step = byId.get(id);
    const used = uses.steps.get(id);
    if (!step || !used) continue;
    const maySkip = canSkip(step, used, steps);
    const inner = innerPlans.get(id);
    const wanted = keeping?.wanted.get(id);
    const planned = {
      ...(wanted && { wanted }),
      later: later.get(id) ?? new Set<string>(),
      readings: withWhole(readings.get(id) ?? []),
      secrets: [...(secrets.get(id) ?? [])].sort(),
    };
    steps.set(id, { step, uses: used, ...planned, maySkip, ...(inner && { inner }) });
  }
  return steps;
}

/** Whoever reads anything of a step's result gets all of it besides. */
function withWhole(readings: readonly Reading[]): readonly Reading[] {
  const readers = new Set(readings.map(({ reader }) => reader));
  return [...readings, ...[...readers].map((reader): Reading => ({ reader, key: '$', unread: true }))];
}

/** A use through which a skip spreads to the reader. */
export const spreadsSkip = (use: Use): use is StepUse =>
  isStepUse(use) && !use.optional && use.reference.onSkip === undefined;

function canSkip(step: Step, uses: StepUses, before: ReadonlyMap<string, PlannedStep>): boolean {
  if (skipIfOf(step) || step.onError.action === 'skip') return true;
  return [...uses.input, ...uses.fallback].some((use) => spreadsSkip(use) && before.get(use.reference.step)?.maySkip);
}

function findReadings(
  { uses, demand, decided: { later }, sinks }: Analysis,
  keeping: Hoisting | undefined,
): ReadonlyMap<string, readonly Reading[]> {
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
    if (!demand.has(id)) continue;
    addAll(stepUsesIn(used), id);
    addAll(usesOfGuard(keeping?.wanted.get(id) ?? [], later.get(id)), id);
  }
  for (const { id, kept } of keeping ? hoistedConditionsIn(keeping.tree) : []) {
    const asked = kept.map(({ of }) => of);
    addAll(usesOfGuard(asked, undefined), id);
  }
  addAll(uses.output, OUTPUT);
  for (const sink of sinks) addAll(sink.uses, OUTPUT);
  return readings;
}

/** A guard reads the tests that decide whether its step is wanted. */
function usesOfGuard(wanted: readonly Wanted[], later: ReadonlySet<string> | undefined): readonly Use[] {
  const asked = wanted.flatMap(({ gates }) => gates.flatMap((gate) => usesOf(gate.of, testOf(gate))));
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

/** Who asks for the conditions that are found at each such place; `key` is a condition's name. */
function readingsOfKeeps({ tree, wanted }: Hoisting): ReadonlyMap<string, readonly Reading[]> {
  const keeps = hoistedConditionsIn(tree);
  const readings = new Map<string, Reading[]>(keeps.map(({ id }) => [id, []]));
  const note = (reader: string, asked: readonly Wanted[]): void => {
    for (const { known } of asked) if (known) readings.get(known.keeper)?.push({ reader, key: known.name });
  };
  for (const [id, asked] of wanted) note(id, asked);
  for (const { id, kept } of keeps)
    note(
      id,
      kept.map(({ of }) => of),
    );
  return readings;
}
