import type { Expression } from '../../flow/expression.ts';
import type { Flow, Step } from '../../flow/flow.ts';
import type { Test } from '../../protocol/invocation.ts';
import { passes } from '../../protocol/truth.ts';
import { Conjunction } from './conjunction.ts';
import { type Dependencies, type FlowUses, type StepUses, topologicalOrder } from './graph.ts';
import { type Asked, mayFailIn } from './questions.ts';
import { type Gate, isStepUse, stepsReadBy, type Use } from './uses.ts';

/**
 * When a step's result is needed: whenever all gates of one of the conjunctions hold. A single empty conjunction: always. No
 * conjunction: never.
 *
 * This is a disjunctive normal form only of what is near. Written out to the output, that of a chain of steps, each of which
 * reads the one before it under two conditions, would have 2ⁿ conjunctions. So a demand with more than {@link MAX_CLAUSES} is
 * {@link Wanted} where it propagates: one gate, which all that it demands have in common. Demands are thus a graph whose size
 * is in proportion to that of the flow.
 */
export type Demand = readonly Conjunction[];

/** That a demand holds, as one condition. */
export interface Wanted {
  readonly kind: 'wanted';
  readonly demand: Demand;
  /** The steps that its gates test. */
  readonly deciders: readonly string[];
}

/** A gate of a demand. Unlike those of uses, it may be a demand itself. */
export type DemandGate = Gate | { readonly kind: 'wanted'; readonly of: Wanted };

/** The most conjunctions of a demand that are written out in what propagates from it. */
const MAX_CLAUSES = 4;

/** Whether a step is needed in every run. */
export const isAlways = (demand: Demand): boolean => demand.some((gates) => gates.size === 0);

/** Whether two demands of one {@link findDemand} have the same conjunctions: their steps are needed in the same runs. */
export function isSameDemand(one: Demand, other: Demand): boolean {
  const [some, others] = [writtenOut(one), writtenOut(other)];
  return some.length === others.length && some.every((gates) => others.includes(gates));
}

/** A demand that is nothing but another one, as that. */
function writtenOut(demand: Demand): Demand {
  const [only, second] = demand;
  const gate = only?.size === 1 && second === undefined ? only.last : undefined;
  return gate?.kind === 'wanted' ? gate.of.demand : demand;
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
  const asOne = new WantedGates(unconditional);
  const addDemand = (use: Use, reader: Demand): void => {
    const known = isStepUse(use) ? found.get(use.reference.step) : undefined;
    for (const gates of known ? reader : []) known?.push(keys.extend(gates, use.gates));
  };
  for (const { id, mustExecute, added } of flow.steps) {
    if ((flow.evaluation === 'eager' && !added) || mustExecute) found.get(id)?.push(unconditional);
  }
  for (const use of [...uses.output, ...[...uses.sinks.values()].flat()]) addDemand(use, [unconditional]);
  const steps = new Map(flow.steps.map((step) => [step.id, step]));
  for (const id of [...order].reverse()) {
    // All readers of the step come later in the order: its demand is complete.
    const own = simplify(found.get(id) ?? []);
    if (own.length === 0) continue;
    demand.set(id, own);
    const read = uses.steps.get(id);
    const reader = own.length > MAX_CLAUSES ? asOne.of(own) : own;
    if (read) for (const use of gatedUsesIn(steps.get(id), read)) addDemand(use, reader);
  }
  return demand;
}

/** Makes demands one gate. Equal demands are the same gate. */
class WantedGates {
  readonly #root: Conjunction;
  readonly #numbers = new Map<Conjunction, number>();

  constructor(root: Conjunction) {
    this.#root = root;
  }

  of(demand: Demand): Demand {
    const key = demand.map((gates) => this.#number(gates)).sort((one, other) => one - other);
    const of = { kind: 'wanted', demand, deciders: decidersOf(demand) } as const;
    return [this.#root.and(`wanted ${key.join(' ')}`, { kind: 'wanted', of })];
  }

  #number(gates: Conjunction): number {
    const number = this.#numbers.get(gates) ?? this.#numbers.size;
    this.#numbers.set(gates, number);
    return number;
  }
}

/** All uses of a step. Those that are only evaluated if the step is not skipped have its `skipIf` as a gate. */
function gatedUsesIn(step: Step | undefined, { input, skipIf, fallback, after }: StepUses): readonly Use[] {
  const rest = [...input, ...fallback, ...after];
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
  /** By data edges, by `after`, and by the deciders of its demand: the steps that its gates test. */
  readonly dependencies: Dependencies;
  /** The deciders that each step does not wait for: see {@link findPrecedence}. */
  readonly laterDeciders: Dependencies;
}

/**
 * The edges of data and of `after`, and for each step that is needed only sometimes an edge from each of its deciders.
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
const TESTS: { readonly [K in Gate['kind']]: Test } = {
  if: 'if',
  unless: 'if',
  absent: 'present',
  unskipped: 'skipIf',
};

/**
 * What a gate asks of its expression. An `$if` whose condition reads a skipped step takes neither arm, and nothing is evaluated
 * after a condition that fails.
 */
export function askedBy({ kind, of }: Gate): readonly Asked[] {
  const asked: Asked[] = [{ of, question: TESTS[kind] }];
  if (kind === 'unless') asked.push({ of, question: 'skips' });
  if (kind !== 'if' && mayFailIn(of)) asked.push({ of, question: 'fails' });
  return asked;
}

/** The deciders of a gate: the steps that it tests. */
export const stepsOfGate = ({ of }: DemandGate): readonly string[] => stepsOfSubject(of);

/** The steps that are read by an expression, or tested by a demand. */
export function stepsOfSubject(of: Expression | Wanted): readonly string[] {
  if (of.kind === 'wanted') return of.deciders;
  const known = deciders.get(of) ?? stepsReadBy(of);
  deciders.set(of, known);
  return known;
}

/** The conjunctions of a long chain of conditions have most of their gates in common. */
const deciders = new WeakMap<Expression, readonly string[]>();

const decidersOf = (demand: Demand): readonly string[] => [
  ...new Set([...new Set(demand.flatMap(({ gates }) => gates))].flatMap(stepsOfGate)),
];
