import type { Expression } from '../../flow/expression.ts';
import type { Flow, Step } from '../../flow/flow.ts';
import type { Test } from '../../protocol/invocation.ts';
import { passes } from '../../protocol/truth.ts';
import { Conjunction } from './conjunction.ts';
import { type Dependencies, type FlowUses, type StepUses, topologicalOrder } from './graph.ts';
import { type Gate, isStepUse, type Use, usesOf } from './uses.ts';

/**
 * When a step's result is needed, in disjunctive normal form: whenever all gates of one of the conjunctions hold. A single
 * empty conjunction: always. No conjunction: never.
 */
export type Demand = readonly Conjunction[];

/** Whether a step is needed in every run. */
export const isAlways = (demand: Demand): boolean => demand.some((gates) => gates.size === 0);

/** Whether two demands of one {@link findDemand} have the same conjunctions: their steps are needed in the same runs. */
export function isSameDemand(one: Demand, other: Demand): boolean {
  return one.length === other.length && one.every((gates) => other.includes(gates));
}

/**
 * When each step is needed. Demand propagates against the topological `order`, from the output and the steps that must
 * execute to what they read.
 */
export function findDemand(flow: Flow, uses: FlowUses, order: readonly string[]): ReadonlyMap<string, Demand> {
  const demand = new Map<string, Demand>();
  const found = new Map(flow.steps.map(({ id }): [string, Conjunction[]] => [id, []]));
  const unconditional = new Conjunction();
  const keys = new GateKeys();
  const addDemand = (use: Use, reader: Demand): void => {
    const known = isStepUse(use) ? found.get(use.reference.step) : undefined;
    for (const gates of known ? reader : []) known?.push(keys.extend(gates, use.gates));
  };
  for (const { id, mustExecute } of flow.steps) {
    if (flow.evaluation === 'eager' || mustExecute) found.get(id)?.push(unconditional);
  }
  for (const use of [...uses.output, ...[...uses.sinks.values()].flat()]) addDemand(use, [unconditional]);
  const steps = new Map(flow.steps.map((step) => [step.id, step]));
  for (const id of [...order].reverse()) {
    // All readers of the step come later in the order: its demand is complete.
    const own = simplify(found.get(id) ?? []);
    if (own.length === 0) continue;
    demand.set(id, own);
    const read = uses.steps.get(id);
    if (read) for (const use of gatedUsesIn(steps.get(id), read)) addDemand(use, own);
  }
  return demand;
}

/** All uses of a step. Those that are only evaluated if the step is not skipped have its `skipIf` as a gate. */
function gatedUsesIn(step: Step | undefined, { input, skipIf, fallback }: StepUses): readonly Use[] {
  const rest = [...input, ...fallback];
  const condition = step && skipIfOf(step);
  if (!condition) return [...skipIf, ...rest];
  const gate: Gate = { kind: 'unskipped', of: condition };
  return [...skipIf, ...rest.map((use) => ({ ...use, gates: [gate, ...use.gates] }))];
}

/** A step's `skipIf`; undefined if it is a literal that never holds. */
export function skipIfOf({ skipIf }: Step): Expression | undefined {
  return skipIf?.kind === 'literal' && !passes(skipIf.value, 'skipIf') ? undefined : skipIf;
}

/** Leaves out each conjunction that implies another one (absorption: A or A and B is A). */
function simplify(demand: Demand): Demand {
  const unconditional = demand.find((gates) => gates.size === 0);
  if (unconditional) return [unconditional];
  const kept: Conjunction[] = [];
  // By their first gate: a conjunction can only imply one whose first gate is among its own.
  const byFirst = new Map<string, Conjunction[]>();
  for (const gates of [...new Set(demand)].sort((a, b) => a.size - b.size)) {
    const keys = new Set(gates.keys);
    if ([...keys].some((key) => byFirst.get(key)?.some((other) => isWithin(other, keys)))) continue;
    kept.push(gates);
    const [first = ''] = keys;
    const alike = byFirst.get(first);
    if (alike) alike.push(gates);
    else byFirst.set(first, [gates]);
  }
  return kept;
}

/** Whether all gates of a conjunction are among some. Of two arms of a chain of conditions only the last gates differ. */
function isWithin(some: Conjunction, keys: ReadonlySet<string>): boolean {
  return keys.has(some.lastKey) && some.keys.every((key) => keys.has(key));
}

/** Gives equal gates equal keys: those of the same expression, and those of equal references. */
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

/** Which steps each step waits for. */
export interface Precedence {
  /** By data edges, and by the deciders of its demand: the steps that its gates test. */
  readonly dependencies: Dependencies;
  /** The deciders that each step does not wait for: see {@link findPrecedence}. */
  readonly laterDeciders: Dependencies;
}

/**
 * The data edges, and for each step that is needed only sometimes an edge from each of its deciders.
 *
 * These can form a cycle. In `$coalesce: [{$if: C, then: {$step: summary}}, {$step: raw}]`, where `summary` reads `raw`, the
 * demand of `raw` tests `summary`. But `raw` need not wait for it: wherever `summary` is tested, it is needed, and so is what
 * it reads. Such deciders run later, and in the guard of `raw` their tests may have any value.
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
  const laterDeciders = certainReaders(flow, uses, demand);
  return { dependencies: withDemandEdges(data, demand, laterDeciders), laterDeciders };
}

function withDemandEdges(
  data: Dependencies,
  demand: ReadonlyMap<string, Demand>,
  laterDeciders: Dependencies,
): ReadonlyMap<string, ReadonlySet<string>> {
  const edges = new Map<string, ReadonlySet<string>>();
  for (const [id, before] of data) {
    const own = demand.get(id);
    if (!own) continue;
    const asked = isAlways(own) ? [] : decidersOf(own);
    edges.set(id, new Set([...before, ...asked.filter((decider) => !laterDeciders.get(id)?.has(decider))]));
  }
  return edges;
}

/** For each step that is needed only sometimes: itself, and the steps that need it whenever they are needed, transitively. */
function certainReaders(flow: Flow, uses: FlowUses, demand: ReadonlyMap<string, Demand>): Dependencies {
  const readers = new Map<string, string[]>();
  for (const step of flow.steps) {
    const read = uses.steps.get(step.id);
    for (const { reference, gates } of read ? gatedUsesIn(step, read).filter(isStepUse) : []) {
      if (gates.length > 0) continue;
      const known = readers.get(reference.step);
      if (known) known.push(step.id);
      else readers.set(reference.step, [step.id]);
    }
  }
  const sometimes = [...demand].flatMap(([id, own]) => (isAlways(own) ? [] : [id]));
  return new Map(sometimes.map((id) => [id, reach(id, readers)]));
}

function reach(from: string, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set([from]);
  // Iterating a set also visits what is added to it meanwhile.
  for (const here of found) for (const there of next.get(here) ?? []) found.add(there);
  return found;
}

/** The test of a gate's expression. */
export const testOf = ({ kind }: Gate): Test => TESTS[kind];

const TESTS: { readonly [K in Gate['kind']]: Test } = {
  if: 'if',
  unless: 'if',
  absent: 'present',
  unskipped: 'skipIf',
};

/** The deciders of a gate: the steps that its expression reads. */
export function stepsOfGate(gate: Gate): readonly string[] {
  const known = deciders.get(gate) ?? stepsTestedBy(gate);
  deciders.set(gate, known);
  return known;
}

/** The conjunctions of a long chain of conditions have most of their gates in common. */
const deciders = new WeakMap<Gate, readonly string[]>();

const stepsTestedBy = (gate: Gate): readonly string[] =>
  usesOf(gate.of, testOf(gate))
    .filter(isStepUse)
    .map(({ reference }) => reference.step);

const decidersOf = (demand: Demand): readonly string[] => [
  ...new Set([...new Set(demand.flatMap(({ gates }) => gates))].flatMap(stepsOfGate)),
];
