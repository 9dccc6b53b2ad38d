import type { Step } from '../../flow/flow.ts';
import { testKey } from '../../protocol/invocation.ts';
import type { Analysis } from '../analyse/analysis.ts';
import { skipIfOf } from '../analyse/demand.ts';
import { type StepUses, stepUsesIn } from '../analyse/graph.ts';
import { isStepUse, spreadsSkip, type Use } from '../analyse/uses.ts';
import { type Arrangement, arrange } from '../arrange/series-parallel.ts';
import { usesOfClauses } from './condition-graph.ts';
import { type Durations, durationsFrom, durationsInside } from './durations.ts';
import {
  type ConditionReference,
  type DemandClause,
  type Hoisting,
  hoistConditions,
  referencesIn,
  referencesOfCondition,
  usesOfCondition,
} from './hoisted-conditions.ts';

import { OUTPUT, type Plan, type PlannedStep, type Reading } from './plan.ts';
import { hoistedConditionsIn, type PlanTree } from './plan-tree.ts';
import { secondsOfStep } from './step-durations.ts';

/** Plans an analysed flow. Each reader of a step is taken to read the whole result, until the pass `project-reads`. */
export function makePlan(analysis: Analysis, durations: Durations = durationsFrom()): Plan {
  const { flow, uses, demand, precedence, running, sinks } = analysis;
  const inner = new Map([...analysis.inner].map(([id, own]) => [id, makePlan(own, durationsInside(durations, id))]));
  const arranged = running.length > 0 ? arrangeSteps(analysis, inner, durations) : undefined;
  const hoisting = arranged && hoistConditions(arranged, demand, precedence.laterDeciders);
  const steps = planSteps(analysis, inner, hoisting);
  const hoistedConditions = hoisting ? readingsOfConditions(hoisting) : new Map();
  return { flow, steps, hoistedConditions, ...(hoisting && { tree: hoisting.tree }), output: uses.output, sinks };
}

function arrangeSteps(
  { flow, running, precedence }: Analysis,
  inner: ReadonlyMap<string, Plan>,
  durations: Durations,
): PlanTree {
  const byId = new Map(flow.steps.map((step) => [step.id, step]));
  const position = new Map(running.map((id, at) => [id, at]));
  const successors: number[][] = running.map(() => []);
  for (const [at, id] of running.entries()) {
    for (const before of precedence.dependencies.get(id) ?? []) successors[position.get(before) ?? -1]?.push(at);
  }
  const secondsOf = (id: string): number => secondsOfStep({ step: byId.get(id), inner: inner.get(id) }, durations);
  return planTreeOf(arrange({ durations: running.map(secondsOf), successors }), running);
}

/** An arrangement with the ids of its nodes' steps. */
function planTreeOf(arrangement: Arrangement, ids: readonly string[]): PlanTree {
  if (arrangement.kind === 'step') return { kind: 'step', id: ids[arrangement.node] ?? '' };
  if (arrangement.kind === 'sequence') {
    return { kind: 'sequence', parts: arrangement.parts.map((part) => planTreeOf(part, ids)) };
  }
  return { kind: 'parallel', branches: arrangement.branches.map((branch) => planTreeOf(branch, ids)) };
}

function planSteps(
  analysis: Analysis,
  innerPlans: ReadonlyMap<string, Plan>,
  hoisting: Hoisting | undefined,
): ReadonlyMap<string, PlannedStep> {
  const { flow, uses, precedence, running, secrets } = analysis;
  const readings = findReadings(analysis, hoisting);
  const byId = new Map(flow.steps.map((step) => [step.id, step]));
  const steps = new Map<string, PlannedStep>();
  for (const id of running) {
    const step = byId.get(id);
    const used = uses.steps.get(id);
    if (!step || !used) continue;
    const inner = innerPlans.get(id);
    const demand = hoisting?.clauses.get(id);
    steps.set(id, {
      step,
      uses: used,
      ...(demand && { demand }),
      laterDeciders: precedence.laterDeciders.get(id) ?? new Set<string>(),
      readings: withWhole(readings.get(id) ?? []),
      secrets: [...(secrets.get(id) ?? [])].sort(),
      maySkip: canSkip(step, used, steps),
      ...(inner && { inner }),
    });
  }
  return steps;
}

/** Adds, for each reader, a read of the whole result. */
function withWhole(readings: readonly Reading[]): readonly Reading[] {
  const readers = new Set(readings.map(({ reader }) => reader));
  return [...readings, ...[...readers].map((reader): Reading => ({ reader, key: '$', unread: true }))];
}

function canSkip(step: Step, uses: StepUses, before: ReadonlyMap<string, PlannedStep>): boolean {
  if (skipIfOf(step) || step.onError.action === 'skip') return true;
  return [...uses.input, ...uses.fallback].some((use) => spreadsSkip(use) && before.get(use.reference.step)?.maySkip);
}

/** Who reads what of each step's result. */
function findReadings(
  { uses, demand, precedence: { laterDeciders }, sinks }: Analysis,
  hoisting: Hoisting | undefined,
): ReadonlyMap<string, readonly Reading[]> {
  const readings = new Map<string, Reading[]>();
  const add = (found: readonly Use[], reader: Reading['reader']): void => {
    for (const { reference, test } of found.filter(isStepUse)) {
      const key = test ? testKey(test, reference.path.text) : reference.path.text;
      const known = readings.get(reference.step);
      if (known) known.push({ reader, key });
      else readings.set(reference.step, [{ reader, key }]);
    }
  };
  for (const [id, used] of uses.steps) {
    if (!demand.has(id)) continue;
    add(stepUsesIn(used), id);
    add(usesOfGuard(hoisting?.clauses.get(id) ?? [], laterDeciders.get(id)), id);
  }
  for (const { id, conditions } of hoisting ? hoistedConditionsIn(hoisting.tree) : []) {
    add(conditions.flatMap(usesOfCondition), id);
  }
  add(uses.output, OUTPUT);
  for (const sink of sinks) add(sink.uses, OUTPUT);
  return readings;
}

/** What a guard reads: not the deciders that run after its step. */
const usesOfGuard = (clauses: readonly DemandClause[], laterDeciders?: ReadonlySet<string>): readonly Use[] =>
  usesOfClauses(clauses).filter((use) => !isStepUse(use) || !laterDeciders?.has(use.reference.step));

/** Who reads the conditions of each {@link HoistedConditions}, by its id; the key is a condition's name. */
function readingsOfConditions({ tree, clauses }: Hoisting): ReadonlyMap<string, readonly Reading[]> {
  const hoisted = hoistedConditionsIn(tree);
  const readings = new Map<string, Reading[]>(hoisted.map(({ id }) => [id, []]));
  const add = (reader: string, references: readonly ConditionReference[]): void => {
    for (const { hoistedAt, name } of references) readings.get(hoistedAt)?.push({ reader, key: name });
  };
  for (const [id, own] of clauses) add(id, referencesIn(own));
  for (const { id, conditions } of hoisted) add(id, conditions.flatMap(referencesOfCondition));
  return readings;
}
