import type { Conjunction } from '../analyse/conjunction.ts';
import { type Demand, isAlways, stepsOfGate } from '../analyse/demand.ts';
import type { Gate } from '../analyse/uses.ts';
import { type HoistedConditions, type PlanTree, stepsIn } from './plan-tree.ts';

/** When a step is wanted: whenever what was found before holds, where there is any, and all of the gates. */
export interface DemandClause {
  readonly hoisted?: ConditionReference;
  readonly gates: readonly Gate[];
}

/** A condition that is found once, for the guards of several steps. */
export interface HoistedCondition {
  readonly name: string;
  readonly clause: DemandClause;
}

/** A condition that was found before: where in the tree, and its name there. */
export interface ConditionReference {
  readonly hoistedAt: string;
  readonly name: string;
}

/** A tree in which conditions are kept, and when each step in it is wanted sometimes. */
export interface Hoisting {
  readonly tree: PlanTree;
  readonly clauses: ReadonlyMap<string, readonly DemandClause[]>;
}

/** Conditions that are found at one place: a state that finds more could not be moved to where there is room for it. */
const MAX_TOGETHER = 20;

/** Gates that a guard may ask by itself. Guards that have more in common than that find it kept. */
const MAX_GATES = 10;

/**
 * Puts into a tree the places where conditions are kept. The guards of a chain of lazy steps, each wanted only where all
 * after it are, or of a long `$coalesce`, each wanted only where nothing before it is there, would else repeat each
 * other: their length would grow with the square of the steps.
 */
export function hoistConditions(
  tree: PlanTree,
  demand: ReadonlyMap<string, Demand>,
  later: ReadonlyMap<string, ReadonlySet<string>>,
): Hoisting {
  const keeper = new Keeper(tree, demand, later);
  return { tree: keeper.scope(tree, new Map()), clauses: keeper.wanted };
}

/** The conditions that are kept at a place, by what they are of. */
type Known = ReadonlyMap<Conjunction, ConditionReference>;

/** A {@link HoistedConditions} that is being filled. */
interface Open extends HoistedConditions {
  readonly conditions: HoistedCondition[];
}

class Keeper {
  readonly wanted = new Map<string, readonly DemandClause[]>();
  readonly #demand: ReadonlyMap<string, Demand>;
  readonly #later: ReadonlyMap<string, ReadonlySet<string>>;
  /** Where each step stands in the tree's order. */
  readonly #positions: ReadonlyMap<string, number>;
  /** How many guards ask for a conjunction, or for a longer one. */
  readonly #askers = new Map<Conjunction, number>();
  readonly #lastDecider = new Map<Conjunction, number>();
  #keepers = 0;

  constructor(tree: PlanTree, demand: ReadonlyMap<string, Demand>, later: ReadonlyMap<string, ReadonlySet<string>>) {
    const order = stepsIn(tree);
    this.#demand = demand;
    this.#later = later;
    this.#positions = new Map(order.map((id, at) => [id, at]));
    for (const asked of order.flatMap((id) => this.#shareable(id))) {
      for (const each of asked.since()) this.#askers.set(each, (this.#askers.get(each) ?? 0) + 1);
    }
  }

  /** The conjunctions of a step whose guard may be shared; that of one whose deciders come later asks its own way. */
  #shareable(id: string): Demand {
    const demand = this.#demand.get(id) ?? [];
    return isAlways(demand) || (this.#later.get(id)?.size ?? 0) > 0 ? [] : demand;
  }

  /** A scope of variables: what is kept in it is known in it and inside of it. */
  scope(tree: PlanTree, outer: Known): PlanTree {
    const known = new Map(outer);
    const parts = (tree.kind === 'sequence' ? tree.parts : [tree]).flatMap((part) => {
      const keeps = this.#keepBefore(part, known);
      return [...keeps, this.#inside(part, known)];
    });
    const [first] = parts;
    return first && parts.length === 1 ? first : { kind: 'sequence', parts };
  }

  #inside(tree: PlanTree, known: Known): PlanTree {
    if (tree.kind === 'parallel')
      return { ...tree, branches: tree.branches.map((branch) => this.scope(branch, known)) };
    if (tree.kind === 'step') this.#want(tree.id, known);
    return tree;
  }

  #want(id: string, known: Known): void {
    const demand = this.#demand.get(id) ?? [];
    if (isAlways(demand)) return;
    const shares = this.#shareable(id).length > 0;
    this.wanted.set(
      id,
      demand.map((asked) => (shares ? wantedAfter(asked, known) : { gates: asked.gates })),
    );
  }

  /** What is kept before a part: of the conditions in it that can be told by then, those that others ask too. */
  #keepBefore(part: PlanTree, known: Map<Conjunction, ConditionReference>): readonly HoistedConditions[] {
    const steps = stepsIn(part);
    const start = this.#positions.get(steps[0] ?? '') ?? 0;
    const keeps: Open[] = [];
    for (const asked of steps.flatMap((id) => this.#shareable(id))) {
      const told = this.#told(asked, start);
      const open = told.since(nearest(told, known));
      for (let at = MAX_GATES; at < open.length; at += MAX_GATES) {
        const condition = open[at - 1];
        if (!condition || (this.#askers.get(condition) ?? 0) < 2) continue;
        const last = keeps.at(-1);
        const keep = last && last.conditions.length < MAX_TOGETHER ? last : this.#newKeep();
        if (keep !== last) keeps.push(keep);
        const name = String(keep.conditions.length + 1);
        keep.conditions.push({ name, clause: wantedAfter(condition, known) });
        known.set(condition, { hoistedAt: keep.id, name });
      }
    }
    return keeps;
  }

  #newKeep(): Open {
    this.#keepers += 1;
    return { kind: 'conditions', id: `kept ${this.#keepers}`, conditions: [] };
  }

  /** The longest beginning of a conjunction that only steps before a position decide. */
  #told(asked: Conjunction, position: number): Conjunction {
    let told = asked;
    while (told.before && this.#decidedAt(told) >= position) told = told.before;
    return told;
  }

  /** The position of the last step that decides a conjunction. */
  #decidedAt(asked: Conjunction): number {
    const open = asked.since().filter((each) => !this.#lastDecider.has(each));
    for (const each of open) {
      const own = each.last ? stepsOfGate(each.last).map((id) => this.#positions.get(id) ?? 0) : [];
      this.#lastDecider.set(each, Math.max(-1, this.#lastDecider.get(each.before ?? each) ?? -1, ...own));
    }
    return this.#lastDecider.get(asked) ?? -1;
  }
}

/** The longest beginning of a conjunction that is kept. */
function nearest(asked: Conjunction, known: Known): Conjunction | undefined {
  let at: Conjunction | undefined = asked;
  while (at && !known.has(at)) at = at.before;
  return at;
}

function wantedAfter(asked: Conjunction, known: Known): DemandClause {
  const start = nearest(asked, known);
  const before = start && known.get(start);
  const gates = asked.since(start).flatMap(({ last }) => last ?? []);
  return { gates, ...(before && { hoisted: before }) };
}
