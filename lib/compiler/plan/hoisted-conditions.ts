import type { Conjunction } from '../analyse/conjunction.ts';
import { type Demand, type DemandGate, isAlways, stepsOfGate, stepsOfSubject } from '../analyse/demand.ts';
import type { Asked } from '../analyse/questions.ts';
import type { Use } from '../analyse/uses.ts';
import {
  type ConditionNode,
  distinctGates,
  type KnownConditions,
  nodesOfGate,
  type Subject,
  usesOfClauses,
  usesOfNodes,
} from './condition-graph.ts';
import { HoistedHere } from './hoisted-here.ts';
import { type HoistedConditions, type PlanTree, stepsIn } from './plan-tree.ts';
import { SharedConditions } from './shared-conditions.ts';

/**
 * One clause of a step's demand: a conjunction that holds if the hoisted condition, if any, and all of the gates hold. The
 * hoisted condition takes the place of the gates that the conjunction begins with.
 */
export interface DemandClause {
  readonly hoisted?: ConditionReference;
  readonly gates: readonly DemandGate[];
  /** The hoisted conditions that take the place of parts of the gates. The clauses of a demand have these in common. */
  readonly known?: KnownConditions;
}

/** A condition that is evaluated once, for the guards of several steps: whether a clause holds, or the answer to a question. */
export type HoistedCondition = { readonly name: string } & Hoistable;

type Hoistable =
  | { readonly clauses: readonly DemandClause[] }
  | { readonly asked: Asked; readonly known: KnownConditions };

/** A reference to a hoisted condition: the id of its {@link HoistedConditions}, and its name there. */
export interface ConditionReference {
  readonly hoistedAt: string;
  readonly name: string;
}

/** A tree with places of hoisted conditions, and the demand of each step that is needed only sometimes. */
export interface Hoisting {
  readonly tree: PlanTree;
  readonly clauses: ReadonlyMap<string, readonly DemandClause[]>;
}

/** The most conditions at one place: a state with more could not be moved into a nested state machine that has room. */
const MAX_TOGETHER = 20;

/** The number of gates after which a condition that several guards begin with is hoisted. */
const MAX_GATES = 10;

/** The number of nodes in the graph of conditions from which one that is used twice is hoisted. */
const MIN_NODES = 14;

/**
 * Hoists the conditions that several guards have in common, so that the guards take no more room than the flow's own text:
 *
 * - Those that guards begin with. In a chain of lazy steps, each needed only if all after it are, and in a long `$coalesce`,
 *   each item of which is needed only if all before it are absent, the guards would otherwise repeat each other.
 * - Those inside other conditions, where conditions are nested in each other.
 * - Demands that propagate as one condition: see {@link Demand}.
 */
export function hoistConditions(
  tree: PlanTree,
  demand: ReadonlyMap<string, Demand>,
  laterDeciders: ReadonlyMap<string, ReadonlySet<string>>,
): Hoisting {
  const hoister = new Hoister(tree, demand, laterDeciders);
  return { tree: hoister.scope(tree), clauses: hoister.clauses };
}

/** A {@link HoistedConditions} under construction. */
interface MutablePlace extends HoistedConditions {
  readonly conditions: HoistedCondition[];
}

class Hoister {
  readonly clauses = new Map<string, readonly DemandClause[]>();
  readonly #demand: ReadonlyMap<string, Demand>;
  readonly #laterDeciders: ReadonlyMap<string, ReadonlySet<string>>;
  /** The position of each step in the tree's order. */
  readonly #positions: ReadonlyMap<string, number>;
  readonly #shared: SharedConditions;
  /** The number of guards that test a conjunction, or one that begins with it. */
  readonly #uses = new Map<Conjunction, number>();
  readonly #lastDecider = new Map<Conjunction | Subject, number>();
  #places = 0;

  constructor(
    tree: PlanTree,
    demand: ReadonlyMap<string, Demand>,
    laterDeciders: ReadonlyMap<string, ReadonlySet<string>>,
  ) {
    const order = stepsIn(tree);
    this.#demand = demand;
    this.#laterDeciders = laterDeciders;
    this.#positions = new Map(order.map((id, at) => [id, at]));
    this.#shared = new SharedConditions(order.map((id) => this.#sometimes(id)));
    for (const conjunction of order.flatMap((id) => this.#hoistable(id))) {
      for (const prefix of conjunction.since()) this.#uses.set(prefix, (this.#uses.get(prefix) ?? 0) + 1);
    }
  }

  /** The demand of a step that is needed only sometimes; none of one that always is. */
  #sometimes(id: string): Demand {
    const demand = this.#demand.get(id) ?? [];
    return isAlways(demand) ? [] : demand;
  }

  /** The conjunctions of a guard that may begin with hoisted ones. One with later deciders evaluates its tests differently. */
  #hoistable(id: string): Demand {
    return (this.#laterDeciders.get(id)?.size ?? 0) > 0 ? [] : this.#sometimes(id);
  }

  /** Hoists conditions in a scope of variables, in which and inside which they can be read. */
  scope(tree: PlanTree, outer?: HoistedHere): PlanTree {
    const hoisted = new HoistedHere(outer);
    const parts = (tree.kind === 'sequence' ? tree.parts : [tree]).flatMap((part) => {
      const places = this.#hoistBefore(part, hoisted);
      return [...places, this.#inside(part, hoisted)];
    });
    const [first] = parts;
    return first && parts.length === 1 ? first : { kind: 'sequence', parts };
  }

  #inside(tree: PlanTree, hoisted: HoistedHere): PlanTree {
    if (tree.kind === 'parallel') {
      return { ...tree, branches: tree.branches.map((branch) => this.scope(branch, hoisted)) };
    }
    if (tree.kind === 'step') this.#setClauses(tree.id, hoisted);
    return tree;
  }

  #setClauses(id: string, hoisted: HoistedHere): void {
    const demand = this.#sometimes(id);
    if (demand.length === 0) return;
    const isHoistable = this.#hoistable(id).length > 0;
    this.clauses.set(
      id,
      withKnown(
        demand.map((conjunction) => (isHoistable ? clauseOf(conjunction, hoisted) : { gates: conjunction.gates })),
        hoisted,
      ),
    );
  }

  /** Hoists before a part the shared conditions in it that are decided by then. */
  #hoistBefore(part: PlanTree, hoisted: HoistedHere): readonly HoistedConditions[] {
    const steps = stepsIn(part);
    const start = this.#positions.get(steps[0] ?? '') ?? 0;
    const places: MutablePlace[] = [];
    const hoist = (condition: Hoistable): ConditionReference => this.#hoist(condition, places);
    const decided = (subject: Subject): boolean => this.#subjectDecidedAt(subject) < start;
    for (const subject of this.#shared.open(
      steps.map((id) => this.#sometimes(id)),
      hoisted,
      decided,
    )) {
      if (subject.kind === 'wanted') this.#hoistPrefixes(subject.demand, start, hoisted, hoist);
      this.#hoistSubject(subject, hoisted, hoist);
    }
    for (const id of steps) this.#hoistPrefixes(this.#hoistable(id), start, hoisted, hoist);
    return places;
  }

  /** Adds a condition to the last place, if that has less than {@link MAX_TOGETHER}, else to a new one. */
  #hoist(condition: Hoistable, places: MutablePlace[]): ConditionReference {
    const last = places.at(-1);
    const place = last && last.conditions.length < MAX_TOGETHER ? last : this.#newPlace();
    if (place !== last) places.push(place);
    const name = String(place.conditions.length + 1);
    place.conditions.push({ name, ...condition });
    return { hoistedAt: place.id, name };
  }

  /** Hoists all that is asked about a subject, where that is shared and not small. */
  #hoistSubject(subject: Subject, hoisted: HoistedHere, hoist: (condition: Hoistable) => ConditionReference): void {
    hoisted.settle(subject);
    if (!this.#shared.isShared(subject)) return;
    const nodes = this.#shared.nodesOf(subject).filter((node) => !hoisted.isTrivial(node));
    if (nodes.reduce((sum, node) => sum + hoisted.countNodes(node), 0) < MIN_NODES) return;
    const found = nodes.map((node) => [node, hoist(hoistableOf(node, hoisted))] as const);
    for (const [node, reference] of found) hoisted.add(node, reference);
  }

  /** Hoists what several conjunctions begin with, as far as it is decided before a position. */
  #hoistPrefixes(
    demand: Demand,
    position: number,
    hoisted: HoistedHere,
    hoist: (condition: Hoistable) => ConditionReference,
  ): void {
    for (const conjunction of demand) {
      const decided = this.#decidedPrefix(conjunction, position);
      const open = decided.since(hoisted.longestPrefix(decided));
      for (let at = MAX_GATES; at < open.length; at += MAX_GATES) {
        const condition = open[at - 1];
        if (!condition || (this.#uses.get(condition) ?? 0) < 2) continue;
        hoisted.addPrefix(condition, hoist({ clauses: withKnown([clauseOf(condition, hoisted)], hoisted) }));
      }
    }
  }

  #newPlace(): MutablePlace {
    this.#places += 1;
    // The id becomes the name of a variable in the state machine.
    return { kind: 'conditions', id: `kept ${this.#places}`, conditions: [] };
  }

  /** The longest prefix of a conjunction whose deciders all come before a position. */
  #decidedPrefix(conjunction: Conjunction, position: number): Conjunction {
    let prefix = conjunction;
    while (prefix.before && this.#decidedAt(prefix) >= position) prefix = prefix.before;
    return prefix;
  }

  /** The position of the last decider of a conjunction; -1 if it has none. */
  #decidedAt(conjunction: Conjunction): number {
    const known = this.#lastDecider.get(conjunction);
    if (known !== undefined) return known;
    for (const prefix of conjunction.since().filter((each) => !this.#lastDecider.has(each))) {
      const own = prefix.last ? this.#lastOf(stepsOfGate(prefix.last)) : -1;
      this.#lastDecider.set(prefix, Math.max(own, this.#lastDecider.get(prefix.before ?? prefix) ?? -1));
    }
    return this.#lastDecider.get(conjunction) ?? -1;
  }

  #subjectDecidedAt(subject: Subject): number {
    const known = this.#lastDecider.get(subject) ?? this.#lastOf(stepsOfSubject(subject));
    this.#lastDecider.set(subject, known);
    return known;
  }

  #lastOf(deciders: readonly string[]): number {
    return deciders.reduce((last, id) => Math.max(last, this.#positions.get(id) ?? 0), -1);
  }
}

function hoistableOf(node: ConditionNode, hoisted: HoistedHere): Hoistable {
  if (node.question === 'wanted') {
    return {
      clauses: withKnown(
        node.of.demand.map((conjunction) => clauseOf(conjunction, hoisted)),
        hoisted,
      ),
    };
  }
  return { asked: node, known: hoisted.knownIn([node]) };
}

/** A conjunction with its longest hoisted prefix replaced by a reference. */
function clauseOf(conjunction: Conjunction, hoisted: HoistedHere): DemandClause {
  const prefix = hoisted.longestPrefix(conjunction);
  const reference = prefix && hoisted.prefix(prefix);
  const gates = conjunction.since(prefix).flatMap(({ last }) => last ?? []);
  return { gates, ...(reference && { hoisted: reference }) };
}

/** Clauses with the hoisted conditions that are among their gates. */
function withKnown(clauses: readonly DemandClause[], hoisted: HoistedHere): readonly DemandClause[] {
  const known = hoisted.knownIn(distinctGates(clauses.map(({ gates }) => gates)).flatMap(nodesOfGate));
  return known.size === 0 ? clauses : clauses.map((clause) => ({ ...clause, known }));
}

/** The hoisted conditions that some clauses refer to, each once. */
export const referencesIn = (clauses: readonly DemandClause[]): readonly ConditionReference[] => [
  ...new Set([...clauses.flatMap(({ hoisted }) => hoisted ?? []), ...referencesOf(clauses[0]?.known)]),
];

/** All references to hoisted conditions among known ones. */
const referencesOf = (known: KnownConditions = new Map()): readonly ConditionReference[] =>
  [...known.values()].flatMap((answers) => [...answers.values()]);

/** The hoisted conditions that another one refers to. */
export const referencesOfCondition = (condition: HoistedCondition): readonly ConditionReference[] =>
  'clauses' in condition ? referencesIn(condition.clauses) : referencesOf(condition.known);

/** What a hoisted condition reads. */
export const usesOfCondition = (condition: HoistedCondition): readonly Use[] =>
  'clauses' in condition ? usesOfClauses(condition.clauses) : usesOfNodes([condition.asked], condition.known);
