import type { HoistedCondition } from './hoisted-conditions.ts';

/** A place in a tree where conditions are found. No step has such an id. */
export interface HoistedConditions {
  readonly kind: 'conditions';
  readonly id: string;
  /** Each after those that it asks. */
  readonly conditions: readonly HoistedCondition[];
}

/** Steps side by side that are alike: the iterations of one Map. */
export interface FanOut {
  readonly kind: 'fan-out';
  /** Their ids, in the order of the iterations. */
  readonly steps: readonly string[];
}

/** The steps of a flow, arranged. */
export type PlanTree =
  | { readonly kind: 'step'; readonly id: string }
  | { readonly kind: 'sequence'; readonly parts: readonly PlanTree[] }
  | { readonly kind: 'parallel'; readonly branches: readonly PlanTree[] }
  /** A part that gets a state machine of its own, called `name`, since the flow's one would be too large with it. */
  | { readonly kind: 'nested'; readonly name: string; readonly body: PlanTree }
  | FanOut
  /** No step: a place where conditions are found that guards after it ask. */
  | HoistedConditions;

/** The places in a tree where conditions are found, in its order. */
export const hoistedConditionsIn = (tree: PlanTree): readonly HoistedConditions[] => ofKind(tree, 'conditions');

/** The Maps of a tree whose iterations are steps. */
export const fanOutsIn = (tree: PlanTree): readonly FanOut[] => ofKind(tree, 'fan-out');

/** The parts of a tree that are of a kind, in its order. */
function ofKind<K extends PlanTree['kind']>(tree: PlanTree, kind: K): readonly Extract<PlanTree, { kind: K }>[] {
  const found: Extract<PlanTree, { kind: K }>[] = [];
  const isWanted = (inner: PlanTree): inner is Extract<PlanTree, { kind: K }> => inner.kind === kind;
  const collect = (inner: PlanTree): void => {
    if (isWanted(inner)) found.push(inner);
    else if (inner.kind !== 'step') for (const part of partsOf(inner)) collect(part);
  };
  collect(tree);
  return found;
}

/** All in a tree that reads steps and can be read: steps, and places where conditions are found. */
export const idsIn = (tree: PlanTree): readonly string[] => [
  ...stepsIn(tree),
  ...hoistedConditionsIn(tree).map(({ id }) => id),
];

/** The steps of a tree, in its order. */
export function stepsIn(tree: PlanTree): readonly string[] {
  const found: string[] = [];
  const collect = (inner: PlanTree): void => {
    if (inner.kind === 'step') found.push(inner.id);
    else if (inner.kind === 'fan-out') found.push(...inner.steps);
    else for (const part of partsOf(inner)) collect(part);
  };
  collect(tree);
  return found;
}

/** The first of {@link stepsIn}, by which the tree can be named. */
export function firstStepIn(tree: PlanTree): string | undefined {
  if (tree.kind === 'step') return tree.id;
  if (tree.kind === 'fan-out') return tree.steps[0];
  for (const part of partsOf(tree)) {
    const first = firstStepIn(part);
    if (first !== undefined) return first;
  }
  return undefined;
}

/** The id of the step that a tree begins with, unless it begins with several. */
export function firstIn(tree: PlanTree | undefined): string | undefined {
  const first = tree?.kind === 'sequence' ? tree.parts[0] : tree;
  return first?.kind === 'step' ? first.id : undefined;
}

/** The id of the step that a tree ends with, unless it ends with several. */
export function lastIn(tree: PlanTree | undefined): string | undefined {
  const last = tree?.kind === 'sequence' ? tree.parts.at(-1) : tree;
  return last?.kind === 'step' ? last.id : undefined;
}

/** The parts that a tree is made of; the steps of a Map are no parts of their own. */
export function partsOf(tree: Exclude<PlanTree, { kind: 'step' }>): readonly PlanTree[] {
  if (tree.kind === 'conditions' || tree.kind === 'fan-out') return [];
  if (tree.kind === 'nested') return [tree.body];
  return tree.kind === 'sequence' ? tree.parts : tree.branches;
}
