import type { Demand } from '../analyse/demand.ts';
import {
  type ConditionNode,
  distinctGates,
  nodesIn,
  nodesOfGate,
  type Subject,
  visitNodes,
} from './condition-graph.ts';
import type { HoistedHere } from './hoisted-here.ts';

/** What is known of a subject that guards test. */
interface Shared {
  /** The nodes about it that something else is made of. */
  readonly nodes: Map<ConditionNode['question'], ConditionNode>;
  /** How many guards and other subjects are made of it. */
  uses: number;
  /** The subjects that it is made of. */
  inner: readonly Subject[];
  /** Its position in an order in which each subject comes after those that it is made of. */
  rank: number;
}

/** The subjects of a plan's guards, and which of them several guards, or other subjects, have in common. */
export class SharedConditions {
  readonly #subjects = new Map<Subject, Shared>();

  /** `demands`: those of all steps that have one. */
  constructor(demands: readonly Demand[]) {
    for (const demand of demands) this.#addSubjects(nodesOf(demand));
    for (const demand of demands) this.#count(nodesOf(demand));
    for (const [subject, shared] of this.#subjects) shared.inner = this.#count([...shared.nodes.values()], subject);
    this.#rank();
  }

  /** Whether a subject is part of more than one guard or other subject. */
  isShared(subject: Subject): boolean {
    return (this.#subjects.get(subject)?.uses ?? 0) > 1;
  }

  /** All that is asked about a subject. */
  nodesOf(subject: Subject): readonly ConditionNode[] {
    return [...(this.#subjects.get(subject)?.nodes.values() ?? [])];
  }

  /**
   * The subjects in some demands that are decided, but not yet settled at a place, each after those that it is made of.
   */
  open(demands: readonly Demand[], hoisted: HoistedHere, isDecided: (subject: Subject) => boolean): readonly Subject[] {
    const found = new Set<Subject>();
    const seen = new Set<Subject>();
    const next = demands.flatMap((demand) => nodesOf(demand).map(({ of }) => of));
    for (let subject = next.pop(); subject; subject = next.pop()) {
      if (seen.has(subject) || hoisted.isSettled(subject)) continue;
      seen.add(subject);
      if (isDecided(subject)) found.add(subject);
      next.push(...(this.#subjects.get(subject)?.inner ?? []));
    }
    return [...found].sort((one, other) => this.#rankOf(one) - this.#rankOf(other));
  }

  #rankOf(subject: Subject): number {
    return this.#subjects.get(subject)?.rank ?? 0;
  }

  /** Adds the subjects of some nodes, and of the demands among them. */
  #addSubjects(from: readonly ConditionNode[]): void {
    const open = [...from];
    for (let node = open.pop(); node; node = open.pop()) {
      const known = this.#subjects.get(node.of);
      if (!known) this.#subjects.set(node.of, { nodes: new Map(), uses: 0, inner: [], rank: 0 });
      if (!known && node.question === 'wanted') open.push(...nodesIn(node));
    }
  }

  /** Counts the subjects that are next in some nodes, which are those of `owner` or of a guard, and returns them. */
  #count(nodes: readonly ConditionNode[], owner?: Subject): readonly Subject[] {
    const found = new Set<Subject>();
    visitNodes(nodes, (node) => {
      const shared = node.of === owner ? undefined : this.#subjects.get(node.of);
      if (shared) {
        found.add(node.of);
        shared.nodes.set(node.question, node);
      }
      return !shared;
    });
    for (const subject of found) {
      const shared = this.#subjects.get(subject);
      if (shared) shared.uses += 1;
    }
    return [...found];
  }

  /** Numbers the subjects in post-order. Not recursive, since demands may depend on each other in a long chain. */
  #rank(): void {
    let rank = 0;
    const opened = new Set<Subject>();
    const stack = [...this.#subjects.keys()];
    for (let subject = stack.at(-1); subject; subject = stack.at(-1)) {
      const shared = this.#subjects.get(subject);
      if (shared && !opened.has(subject)) {
        opened.add(subject);
        stack.push(...shared.inner.filter((inner) => !opened.has(inner)));
        continue;
      }
      stack.pop();
      if (shared && shared.rank === 0) {
        rank += 1;
        shared.rank = rank;
      }
    }
  }
}

const nodesOf = (demand: Demand): readonly ConditionNode[] =>
  distinctGates(demand.map(({ gates }) => gates)).flatMap(nodesOfGate);
