import type { HoistedCondition } from './hoisted-conditions.ts';

/** A place in a tree where hoisted conditions are evaluated. */
export interface HoistedConditions {
  readonly kind: 'conditions';
  /** Differs from the ids of all steps. */
  readonly id: string;
  /** Each after those that its clause begins with. */
  readonly conditions: readonly HoistedCondition[];
}

/** Similar parallel steps that are the iterations of one Map. */
export interface FanOut {
  readonly kind: 'fan-out';
  /** The steps' ids, in the order of the iterations. */
  readonly steps: readonly string[];
}

/** The steps of a flow, arranged. */
export type PlanTree =
  | { readonly kind: 'step'; readonly id: string }
  | { readonly kind: 'sequence'; readonly parts: readonly PlanTree[] }
  /** `whole`: the id of the only step in it, whose states are repeated, or may fail, together. */
  | { readonly kind: 'parallel'; readonly branches: readonly PlanTree[]; readonly whole?: string }
  /**
   * A part in a nested state machine called `name`, because the flow's own state machine would be too large with it, or because
   * it may take no more than so many `seconds`.
   */
  | { readonly kind: 'nested'; readonly name: string; readonly body: PlanTree; readonly seconds?: number }
  | FanOut
  | HoistedConditions;

/** The places in a tree where hoisted conditions are evaluated, in its order. */
export const hoistedConditionsIn = (tree: PlanTree): readonly HoistedConditions[] => ofKind(tree, 'conditions');

/** The fan-outs in a tree, in its order. */
export const fanOutsIn = (tree: PlanTree): readonly FanOut[] => ofKind(tree, 'fan-out');

/** The nested state machines in a tree, each after the one that it is in. */
export function nestedIn(tree: PlanTree): readonly Extract<PlanTree, { kind: 'nested' }>[] {
  const found = ofKind(tree, 'nested');
  return found.flatMap((nested) => [nested, ...nestedIn(nested.body)]);
}

/** The nodes of a kind in a tree, in its order. */
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

/** The ids in a tree of all that reads results and is itself read: of steps and of places of hoisted conditions. */
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

/** The first of {@link stepsIn}; undefined if there are none. */
export function firstStepIn(tree: PlanTree): string | undefined {
  if (tree.kind === 'step') return tree.id;
  if (tree.kind === 'fan-out') return tree.steps[0];
  for (const part of partsOf(tree)) {
    const first = firstStepIn(part);
    if (first !== undefined) return first;
  }
  return undefined;
}

/** The id of the step that a tree begins with; undefined if it begins with anything else. */
export function firstIn(tree: PlanTree | undefined): string | undefined {
  const first = tree?.kind === 'sequence' ? tree.parts[0] : tree;
  return first?.kind === 'step' ? first.id : undefined;
}

/** The id of the step that a tree ends with; undefined if it ends with anything else. */
export function lastIn(tree: PlanTree | undefined): string | undefined {
  const last = tree?.kind === 'sequence' ? tree.parts.at(-1) : tree;
  return last?.kind === 'step' ? last.id : undefined;
}

/** The children of a node; none for a fan-out, whose steps are not nodes. */
export function partsOf(tree: Exclude<PlanTree, { kind: 'step' }>): readonly PlanTree[] {
  if (tree.kind === 'conditions' || tree.kind === 'fan-out') return [];
  if (tree.kind === 'nested') return [tree.body];
  return tree.kind === 'sequence' ? tree.parts : tree.branches;
}
