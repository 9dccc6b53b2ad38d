import type { Expression } from '../../flow/expression.ts';
import type { Flow, Step } from '../../flow/flow.ts';
import type { Test } from '../../protocol/invocation.ts';
import { passes } from '../../protocol/truth.ts';
import { Conjunction } from './conjunction.ts';
import { type Dependencies, type FlowUses, type StepUses, topologicalOrder } from './graph.ts';
import { type Gate, isStepUse, type Use, usesOf } from './uses.ts';

/**
 * When a step is wanted: whenever all gates of one of the conjunctions hold. One empty conjunction: always; none at
 * all: never.
 */
export type Demand = readonly Conjunction[];

/** Whether a step is wanted in every run. */
export const isAlways = (demand: Demand): boolean => demand.some((gates) => gates.size === 0);

/** Whether two steps are wanted in the same runs, as far as their conditions show. Both are of one {@link findDemand}, of which
 * equal conjunctions are the same object. */
export function isSameDemand(one: Demand, other: Demand): boolean {
  return one.length === other.length && one.every((gates) => other.includes(gates));
}

/**
 * When each step is wanted. `order` has each step after those it reads; demand flows against it, from the output and
 * the steps that must execute to what they read.
 */
export function findDemand(flow: Flow, uses: FlowUses, order: readonly string[]): ReadonlyMap<string, Demand> {
  const demand = new Map<string, Demand>();
  const asked = new Map(flow.steps.map(({ id }): [string, Conjunction[]] => [id, []]));
  const unconditional = new Conjunction();
  const keys = new GateKeys();
  const want = (use: Use, wanted: Demand): void => {
    const known = isStepUse(use) ? asked.get(use.reference.step) : undefined;
    for (const gates of known ? wanted : []) known?.push(keys.extend(gates, use.gates));
  };
  for (const { id, mustExecute } of flow.steps) {
    if (flow.evaluation === 'eager' || mustExecute) asked.get(id)?.push(unconditional);
  }
  for (const use of [...uses.output, ...[...uses.sinks.values()].flat()]) want(use, [unconditional]);
  const steps = new Map(flow.steps.map((step) => [step.id, step]));
  for (const id of [...order].reverse()) {
    // All who read the step have been here: nothing more will be asked of it.
    const wanted = simplify(asked.get(id) ?? []);
    if (wanted.length === 0) continue;
    demand.set(id, wanted);
    const read = uses.steps.get(id);
    if (read) for (const use of usesIn(steps.get(id), read)) want(use, wanted);
  }
  return demand;
}

/** All uses of a step; those that a skip leaves unevaluated behind its `skipIf`. */
function usesIn(step: Step | undefined, { input, skipIf, fallback }: StepUses): readonly Use[] {
  const rest = [...input, ...fallback];
  const condition = step && skipIfOf(step);
  if (!condition) return [...skipIf, ...rest];
  const gate: Gate = { kind: 'unskipped', of: condition };
  return [...skipIf, ...rest.map((use) => ({ ...use, gates: [gate, ...use.gates] }))];
}

/** A step's `skipIf`; undefined for one that never holds. */
export function skipIfOf({ skipIf }: Step): Expression | undefined {
  return skipIf?.kind === 'literal' && !passes(skipIf.value, 'skipIf') ? undefined : skipIf;
}

/** A conjunction that asks for all that another one asks for, and for more, adds nothing to it. */
function simplify(demand: Demand): Demand {
  const unconditional = demand.find((gates) => gates.size === 0);
  if (unconditional) return [unconditional];
  const kept: Conjunction[] = [];
  // By their first gate: only those that begin with one of its gates can say less than a conjunction.
  const byFirst = new Map<string, Conjunction[]>();
  for (const gates of [...new Set(demand)].sort((a, b) => a.size - b.size)) {
    if (gates.keys.some((key) => byFirst.get(key)?.some((other) => isWithin(other, gates)))) continue;
    kept.push(gates);
    const [first = ''] = gates.keys;
    const alike = byFirst.get(first);
    if (alike) alike.push(gates);
    else byFirst.set(first, [gates]);
  }
  return kept;
}

function isWithin(some: Conjunction, gates: Conjunction): boolean {
  return some.keys.every((key) => gates.has(key));
}

/** Gives equal gates equal keys: those of one expression, and those of references to the same thing. */
class GateKeys {
  readonly #ids = new Map<Expression, number>();

  extend(gates: Conjunction, more: readonly Gate[]): Conjunction {
    return more.reduce((all, gate) => all.and(this.#key(gate), gate), gates);
  }

  #key({ kind, of }: Gate): string {
    if (of.kind === 'step') return `${kind} step ${of.step} ${of.path.text} ${JSON.stringify(of.onSkip)}`;
    if (of.kind === 'input') return `${kind} input ${of.path.text}`;
    const id = this.#ids.get(of) ?? this.#ids.size;
    this.#ids.set(of, id);
    return `${kind} ${id}`;
  }
}

/** Which steps each step waits for, and which of those that decide whether it is wanted come after it all the same. */
export interface Precedence {
  readonly dependencies: Dependencies;
  readonly laterDeciders: Dependencies;
}

/**
 * The data edges, and for each step that is wanted only sometimes an edge from each step that decides it.
 *
 * In `$coalesce: [{$if: C, then: {$step: summary}}, {$step: raw}]`, where `summary` reads `raw`, whether `raw` is wanted
 * seems to wait for `summary`. It does not: where `summary` is asked at all, it is wanted, and so is what it reads. Such
 * deciders come later, and in the step's own guard their tests may have any value.
 */
export function findPrecedence(
  flow: Flow,
  uses: FlowUses,
  data: Dependencies,
  demand: ReadonlyMap<string, Demand>,
): Precedence {
  const none: Dependencies = new Map();
  const dependencies = withDemandEdges(data, demand, none);
  if ('order' in topologicalOrder(dependencies)) return { dependencies, laterDeciders: none };
  const later = certainReaders(flow, uses, demand);
  return { dependencies: withDemandEdges(data, demand, later), laterDeciders: later };
}

function withDemandEdges(
  data: Dependencies,
  demand: ReadonlyMap<string, Demand>,
  later: Dependencies,
): ReadonlyMap<string, ReadonlySet<string>> {
  const edges = new Map<string, ReadonlySet<string>>();
  for (const [id, before] of data) {
    const wanted = demand.get(id);
    if (!wanted) continue;
    const deciders = isAlways(wanted) ? [] : wanted.flatMap(({ gates }) => gates.flatMap(stepsOfGate));
    edges.set(id, new Set([...before, ...deciders.filter((decider) => !later.get(id)?.has(decider))]));
  }
  return edges;
}

/** Of each step that is wanted only sometimes: itself, and the steps that read it whenever they are wanted. */
function certainReaders(flow: Flow, uses: FlowUses, demand: ReadonlyMap<string, Demand>): Dependencies {
  const readers = new Map<string, string[]>();
  for (const step of flow.steps) {
    const read = uses.steps.get(step.id);
    for (const { reference, gates } of read ? usesIn(step, read).filter(isStepUse) : []) {
      if (gates.length > 0) continue;
      const known = readers.get(reference.step);
      if (known) known.push(step.id);
      else readers.set(reference.step, [step.id]);
    }
  }
  const sometimes = [...demand].flatMap(([id, wanted]) => (isAlways(wanted) ? [] : [id]));
  return new Map(sometimes.map((id) => [id, reach(id, readers)]));
}

function reach(from: string, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set([from]);
  // A set hands out also what is added to it on the way.
  for (const here of found) for (const there of next.get(here) ?? []) found.add(there);
  return found;
}

/** The test that a gate asks for. */
export const testOf = ({ kind }: Gate): Test => TESTS[kind];

const TESTS: { readonly [K in Gate['kind']]: Test } = {
  if: 'if',
  unless: 'if',
  absent: 'present',
  unskipped: 'skipIf',
};

/** The steps that decide a gate. */
export const stepsOfGate = (gate: Gate): readonly string[] =>
  usesOf(gate.of, testOf(gate))
    .filter(isStepUse)
    .map(({ reference }) => reference.step);
