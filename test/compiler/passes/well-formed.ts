import type { Analysis } from '../../../lib/compiler/analyse/analysis.ts';
import { stepsBefore } from '../../../lib/compiler/analyse/graph.ts';
import { isStepUse, stepsReadBy, type Use } from '../../../lib/compiler/analyse/uses.ts';
import type { PassOutcome } from '../../../lib/compiler/passes/pass.ts';
import { fusedStepsOf, OUTPUT, type Plan, type PlannedStep } from '../../../lib/compiler/plan/plan.ts';
import { hoistedConditionsIn, type PlanTree, partsOf, stepsIn } from '../../../lib/compiler/plan/plan-tree.ts';
import { afterOf, expressionsIn, type Flow } from '../../../lib/flow/flow.ts';

/** What is wrong with what a pass has made; nothing where it is well-formed. To be given to `compile` as `onPass`. */
export function expectWellFormed(outcome: PassOutcome): void {
  const faults = 'plan' in outcome ? faultsOfPlan(outcome.plan) : faultsOfAnalysis(outcome.analysis);
  if (faults.length > 0) throw new Error(`After the pass ${outcome.name}:\n${faults.join('\n')}`);
}

/** Ids are unique, what is read is there, and every step that runs comes after those it reads. */
export function faultsOfAnalysis({ flow, uses, running, inner }: Analysis): readonly string[] {
  const before = new Set<string>();
  const early = running.flatMap((id) => {
    const used = uses.steps.get(id);
    const read = used ? stepsBefore(used) : [];
    const missing = read.filter((step) => !before.has(step));
    before.add(id);
    return missing.map((step) => `"${id}" comes before "${step}", which it waits for`);
  });
  return [...faultsOfFlow(flow), ...early, ...inside(inner, faultsOfAnalysis)];
}

function faultsOfFlow(flow: Flow): readonly string[] {
  const ids = flow.steps.map(({ id }) => id);
  const known = new Set(ids);
  const read = [...expressionsIn(flow).flatMap(stepsReadBy), ...flow.steps.flatMap(afterOf)];
  return [
    ...twiceIn(ids).map((id) => `two steps are called "${id}"`),
    ...read.filter((id) => !known.has(id)).map((id) => `"${id}" is read or waited for, and no step is called so`),
  ];
}

/** The tree holds each step that runs once, each after those it reads, and whoever reads is there. */
export function faultsOfPlan(plan: Plan): readonly string[] {
  const { steps, tree, output, sinks, unfused } = plan;
  const arranged = tree ? stepsIn(tree) : [];
  const inTree = new Set(arranged);
  const all = [...output, ...sinks.flatMap(({ uses }) => uses)];
  return [
    ...twiceIn(arranged).map((id) => `"${id}" stands twice in the tree`),
    ...[...steps.keys()].filter((id) => !inTree.has(id)).map((id) => `"${id}" does not stand in the tree`),
    ...arranged.filter((id) => !steps.has(id)).map((id) => `"${id}" stands in the tree, and is no step`),
    ...[...steps].flatMap(([id, planned]) => (planned.step.id === id ? [] : [`"${planned.step.id}" goes by "${id}"`])),
    ...stepsOf(all)
      .filter((id) => !steps.has(id))
      .map((id) => `the output reads "${id}", which does not run`),
    ...[...steps.values()].flatMap((planned) => faultsOfReadings(planned, plan)),
    ...(tree ? faultsOfOrder(tree, plan, new Set()) : []),
    ...inside(innerOf(plan), faultsOfPlan),
    ...(unfused ? faultsOfPlan(unfused) : []),
  ];
}

const innerOf = ({ steps }: Plan): ReadonlyMap<string, Plan> =>
  new Map([...steps].flatMap(([id, { inner }]): [string, Plan][] => (inner ? [[id, inner]] : [])));

function faultsOfReadings({ step, readings, follows }: PlannedStep, { steps, tree }: Plan): readonly string[] {
  const keeps = new Set(tree ? hoistedConditionsIn(tree).map(({ id }) => id) : []);
  const there = (id: string): boolean => steps.has(id) || keeps.has(id);
  return [
    ...[...new Set(readings.map(({ reader }) => reader))].flatMap((reader) =>
      reader === OUTPUT || there(reader) ? [] : [`"${step.id}" is read by "${reader}", which does not run`],
    ),
    ...(follows === undefined || steps.has(follows) ? [] : [`"${step.id}" follows "${follows}", which does not run`]),
  ];
}

/** Takes the steps of a tree, in its order, to those that are done. What stands side by side does not wait for each other. */
function faultsOfOrder(tree: PlanTree, plan: Plan, done: Set<string>): readonly string[] {
  if (tree.kind === 'step' || tree.kind === 'fan-out') {
    const ids = tree.kind === 'step' ? [tree.id] : tree.steps;
    const faults = ids.flatMap((id) => faultsOfStep(id, plan, done));
    for (const id of ids) done.add(id);
    return faults;
  }
  if (tree.kind !== 'parallel') return partsOf(tree).flatMap((part) => faultsOfOrder(part, plan, done));
  const branches = tree.branches.map((branch) => ({ branch, own: new Set(done) }));
  const faults = branches.flatMap(({ branch, own }) => faultsOfOrder(branch, plan, own));
  for (const { own } of branches) for (const id of own) done.add(id);
  return faults;
}

function faultsOfStep(id: string, { steps }: Plan, done: ReadonlySet<string>): readonly string[] {
  const planned = steps.get(id);
  if (!planned) return [];
  const own = new Set(fusedStepsOf(planned).map(({ step }) => step.id));
  const read = fusedStepsOf(planned).flatMap(({ uses }) => stepsBefore(uses));
  const early = read.filter((step) => !done.has(step) && !own.has(step));
  return early.map((step) => `"${id}" does not come after "${step}", which it waits for`);
}

const stepsOf = (uses: readonly Use[]): readonly string[] =>
  uses.filter(isStepUse).map(({ reference }) => reference.step);

const inside = <Made>(
  inner: ReadonlyMap<string, Made>,
  faultsOf: (made: Made) => readonly string[],
): readonly string[] => [...inner].flatMap(([id, made]) => faultsOf(made).map((fault) => `in "${id}": ${fault}`));

const twiceIn = (ids: readonly string[]): readonly string[] => ids.filter((id, at) => ids.indexOf(id) !== at);
