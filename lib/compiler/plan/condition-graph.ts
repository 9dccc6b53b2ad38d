import type { Expression } from '../../flow/expression.ts';
import { askedBy, type DemandGate, type Wanted } from '../analyse/demand.ts';
import { type Asked, partsOf, type Question, readFor } from '../analyse/questions.ts';
import type { Use } from '../analyse/uses.ts';
import type { ConditionReference, DemandClause } from './hoisted-conditions.ts';

/** What a condition is about: an expression, or a demand. */
export type Subject = Expression | Wanted;

/** A node of the graph of conditions: a question about an expression, or whether a demand holds. */
export type ConditionNode = Asked | { readonly of: Wanted; readonly question: 'wanted' };

/** Hoisted conditions, by their subjects and the questions that they answer. */
export type KnownConditions = ReadonlyMap<Subject, ReadonlyMap<Question | 'wanted', ConditionReference>>;

/** The nodes that a gate consists of. */
export const nodesOfGate = (gate: DemandGate): readonly ConditionNode[] =>
  gate.kind === 'wanted' ? [{ of: gate.of, question: 'wanted' }] : askedBy(gate);

/** The nodes that a node is made of. */
export const nodesIn = (node: ConditionNode): readonly ConditionNode[] =>
  node.question === 'wanted'
    ? distinctGates(node.of.demand.map(({ gates }) => gates)).flatMap(nodesOfGate)
    : partsOf(node);

/** The gates of some conjunctions, each once. */
export const distinctGates = (conjunctions: readonly (readonly DemandGate[])[]): readonly DemandGate[] => [
  ...new Set(conjunctions.flat()),
];

/**
 * Visits the nodes that some nodes are made of, these included, each once. `enter`: whether to go on to what a node is made
 * of. Not recursive, since demands may depend on each other in a chain as long as the flow.
 */
export function visitNodes(from: readonly ConditionNode[], enter: (node: ConditionNode) => boolean): void {
  const seen = new Map<Subject, Set<string>>();
  const open = [...from].reverse();
  for (let node = open.pop(); node; node = open.pop()) {
    const questions = seen.get(node.of) ?? new Set<string>();
    seen.set(node.of, questions);
    if (questions.has(node.question)) continue;
    questions.add(node.question);
    if (enter(node)) open.push(...[...nodesIn(node)].reverse());
  }
}

/** The condition that is hoisted for a node; undefined if none is. */
const knownFor = (node: ConditionNode, known: KnownConditions | undefined): ConditionReference | undefined =>
  known?.get(node.of)?.get(node.question);

/** What the tests of some clauses read: nothing of what hoisted conditions take the place of. */
export function usesOfClauses(clauses: readonly DemandClause[]): readonly Use[] {
  const [first] = clauses;
  return usesOfNodes(distinctGates(clauses.map(({ gates }) => gates)).flatMap(nodesOfGate), first?.known);
}

/** What some nodes of the graph read. */
export function usesOfNodes(nodes: readonly ConditionNode[], known: KnownConditions | undefined): readonly Use[] {
  const found: Use[] = [];
  visitNodes(nodes, (node) => {
    if (knownFor(node, known)) return false;
    const read = node.question === 'wanted' ? undefined : readFor(node);
    if (read) found.push({ ...read, gates: [], optional: false, lenient: read.test !== undefined, field: '' });
    return true;
  });
  return found;
}
