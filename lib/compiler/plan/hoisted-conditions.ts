import type { Conjunction } from '../analyse/conjunction.ts';
import { type Demand, isAlways, stepsOfGate } from '../analyse/demand.ts';
import type { Gate } from '../analyse/uses.ts';
import { type HoistedConditions, type PlanTree, stepsIn } from './plan-tree.ts';

/**
 * One clause of a step's demand: a conjunction that holds if the hoisted condition, if any, and all of the gates hold. The
 * hoisted condition takes the place of the gates that the conjunction begins with.
 */
export interface DemandClause {
  readonly hoisted?: ConditionReference;
  readonly gates: readonly Gate[];
}

/** A condition that is evaluated once, for the guards of several steps. */
export interface HoistedCondition {
  readonly name: string;
  readonly clause: DemandClause;
}

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

/**
 * Hoists the conditions that several guards begin with. In a chain of lazy steps, each needed only if all after it are, and
 * in a long `$coalesce`, each item of which is needed only if all before it are absent, the guards would otherwise repeat each
 * other, and their length grow with the square of the steps.
 */
export function hoistConditions(
  tree: PlanTree,
  demand: ReadonlyMap<string, Demand>,
  laterDeciders: ReadonlyMap<string, ReadonlySet<string>>,
): Hoisting {
  const hoister = new Hoister(tree, demand, laterDeciders);
  return { tree: hoister.scope(tree, new Map()), clauses: hoister.clauses };
}

/** The hoisted conditions that a scope can read, by their conjunctions. */
type Hoisted = ReadonlyMap<Conjunction, ConditionReference>;

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
  /** The number of guards that test a conjunction, or one that begins with it. */
  readonly #uses = new Map<Conjunction, number>();
  readonly #lastDecider = new Map<Conjunction, number>();
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
    for (const conjunction of order.flatMap((id) => this.#hoistable(id))) {
      for (const prefix of conjunction.since()) this.#uses.set(prefix, (this.#uses.get(prefix) ?? 0) + 1);
    }
  }

  /** The conjunctions of a guard that may use hoisted conditions. One with later deciders evaluates its tests differently. */
  #hoistable(id: string): Demand {
    const demand = this.#demand.get(id) ?? [];
    return isAlways(demand) || (this.#laterDeciders.get(id)?.size ?? 0) > 0 ? [] : demand;
  }

  /** Hoists conditions in a scope of variables, in which and inside which they can be read. */
  scope(tree: PlanTree, outer: Hoisted): PlanTree {
    const hoisted = new Map(outer);
    const parts = (tree.kind === 'sequence' ? tree.parts : [tree]).flatMap((part) => {
      const places = this.#hoistBefore(part, hoisted);
      return [...places, this.#inside(part, hoisted)];
    });
    const [first] = parts;
    return first && parts.length === 1 ? first : { kind: 'sequence', parts };
  }

  #inside(tree: PlanTree, hoisted: Hoisted): PlanTree {
    if (tree.kind === 'parallel') {
      return { ...tree, branches: tree.branches.map((branch) => this.scope(branch, hoisted)) };
    }
    if (tree.kind === 'step') this.#setClauses(tree.id, hoisted);
    return tree;
  }

  #setClauses(id: string, hoisted: Hoisted): void {
    const demand = this.#demand.get(id) ?? [];
    if (isAlways(demand)) return;
    const isHoistable = this.#hoistable(id).length > 0;
    this.clauses.set(
      id,
      demand.map((conjunction) => (isHoistable ? clauseOf(conjunction, hoisted) : { gates: conjunction.gates })),
    );
  }

  /** Hoists before a part the shared conditions in it that are decided by then, at most {@link MAX_TOGETHER} to a place. */
  #hoistBefore(part: PlanTree, hoisted: Map<Conjunction, ConditionReference>): readonly HoistedConditions[] {
    const steps = stepsIn(part);
    const start = this.#positions.get(steps[0] ?? '') ?? 0;
    const places: MutablePlace[] = [];
    for (const conjunction of steps.flatMap((id) => this.#hoistable(id))) {
      const decided = this.#decidedPrefix(conjunction, start);
      const open = decided.since(longestHoisted(decided, hoisted));
      for (let at = MAX_GATES; at < open.length; at += MAX_GATES) {
        const condition = open[at - 1];
        if (!condition || (this.#uses.get(condition) ?? 0) < 2) continue;
        const last = places.at(-1);
        const place = last && last.conditions.length < MAX_TOGETHER ? last : this.#newPlace();
        if (place !== last) places.push(place);
        const name = String(place.conditions.length + 1);
        place.conditions.push({ name, clause: clauseOf(condition, hoisted) });
        hoisted.set(condition, { hoistedAt: place.id, name });
      }
    }
    return places;
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
      const own = prefix.last ? stepsOfGate(prefix.last).map((id) => this.#positions.get(id) ?? 0) : [];
      this.#lastDecider.set(prefix, Math.max(-1, this.#lastDecider.get(prefix.before ?? prefix) ?? -1, ...own));
    }
    return this.#lastDecider.get(conjunction) ?? -1;
  }
}

/** The longest prefix of a conjunction that is hoisted. */
function longestHoisted(conjunction: Conjunction, hoisted: Hoisted): Conjunction | undefined {
  let at: Conjunction | undefined = conjunction;
  while (at && !hoisted.has(at)) at = at.before;
  return at;
}

/** A conjunction with its longest hoisted prefix replaced by a reference. */
function clauseOf(conjunction: Conjunction, hoisted: Hoisted): DemandClause {
  const prefix = longestHoisted(conjunction, hoisted);
  const reference = prefix && hoisted.get(prefix);
  const gates = conjunction.since(prefix).flatMap(({ last }) => last ?? []);
  return { gates, ...(reference && { hoisted: reference }) };
}
