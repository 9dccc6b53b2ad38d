import type { Conjunction } from '../analyse/conjunction.ts';
import type { Question } from '../analyse/questions.ts';
import { type ConditionNode, type KnownConditions, type Subject, visitNodes } from './condition-graph.ts';
import type { ConditionReference } from './hoisted-conditions.ts';

/** The hoisted conditions that can be read at a place: those of its scope of variables so far, and of the scopes around it. */
export class HoistedHere {
  readonly #outer: HoistedHere | undefined;
  readonly #prefixes = new Map<Conjunction, ConditionReference>();
  readonly #nodes = new Map<Subject, Map<ConditionNode['question'], ConditionReference>>();
  readonly #settled = new Set<Subject>();

  constructor(outer?: HoistedHere) {
    this.#outer = outer;
  }

  /** Adds what is hoisted for a conjunction. */
  addPrefix(conjunction: Conjunction, reference: ConditionReference): void {
    this.#prefixes.set(conjunction, reference);
  }

  /** What is hoisted for a conjunction; undefined if nothing is. */
  prefix(conjunction: Conjunction): ConditionReference | undefined {
    return this.#prefixes.get(conjunction) ?? this.#outer?.prefix(conjunction);
  }

  /** The longest beginning of a conjunction that is hoisted; undefined if none is. */
  longestPrefix(conjunction: Conjunction): Conjunction | undefined {
    let at: Conjunction | undefined = conjunction;
    while (at && !this.prefix(at)) at = at.before;
    return at;
  }

  /** Adds what is hoisted for a node. */
  add({ of, question }: ConditionNode, reference: ConditionReference): void {
    const known = this.#nodes.get(of) ?? new Map<ConditionNode['question'], ConditionReference>();
    this.#nodes.set(of, known.set(question, reference));
  }

  /** What is hoisted for a node; undefined if nothing is. */
  find({ of, question }: ConditionNode): ConditionReference | undefined {
    return this.#nodes.get(of)?.get(question) ?? this.#outer?.find({ of, question } as ConditionNode);
  }

  /** Notes that it is decided whether a subject is hoisted. */
  settle(subject: Subject): void {
    this.#settled.add(subject);
  }

  isSettled(subject: Subject): boolean {
    return this.#settled.has(subject) || this.#outer?.isSettled(subject) === true;
  }

  /** The hoisted conditions that take the place of parts of some nodes. */
  knownIn(nodes: readonly ConditionNode[]): KnownConditions {
    const known = new Map<Subject, Map<Question | 'wanted', ConditionReference>>();
    visitNodes(nodes, (node) => {
      const found = this.find(node);
      if (found) known.set(node.of, (known.get(node.of) ?? new Map()).set(node.question, found));
      return !found;
    });
    return known;
  }

  /** How many nodes a node is made of, where each hoisted condition is one. */
  countNodes(node: ConditionNode): number {
    let count = 0;
    visitNodes([node], (each) => {
      count += 1;
      return !this.find(each);
    });
    return count;
  }

  /** Whether the answer to a question is no in any case: no step is read of which it matters whether it was skipped. */
  isTrivial(node: ConditionNode): boolean {
    if (node.question !== 'skips') return false;
    let isRead = false;
    visitNodes([node], ({ of, question }) => {
      isRead ||= question === 'skips' && of.kind === 'step' && of.onSkip === undefined;
      return !isRead;
    });
    return !isRead;
  }
}
