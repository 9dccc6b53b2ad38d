import { QUOTAS } from '../../protocol/quotas.ts';
import { bytesOf, MIN_SHARE } from '../../runtime/spill/spill.ts';
import { builtinOf, callsBuiltin } from '../analyse/builtins.ts';
import { keyOf } from '../analyse/key-of.ts';
import { usesOf } from '../analyse/uses.ts';
import { alikeOf } from '../plan/alike.ts';
import { keysOf, type Plan, type PlannedStep } from '../plan/plan.ts';
import type { FanOut, PlanTree } from '../plan/plan-tree.ts';
import { groupBy } from './group-by.ts';
import type { PlanPass } from './pass.ts';
import { isGuarded } from './share-guards.ts';

/**
 * Steps that make a Map worth it. A step beside others takes some 1,000 bytes of a definition, an item of a Map and the use
 * of its result some 250. But an iteration has two events more than a branch, a Map beside others is a transition more,
 * and a state of its own is easier to find than an iteration. Ten steps make that at most one transition in ten, for 7 KB
 * less; fewer spare next to nothing of the 1 MB that a definition may have.
 */
const MIN_STEPS = 10;

/** Bytes that items may need at the least: less than half of a payload, so that most values need not be spilled. */
const MAX_ITEM_BYTES = 100_000;

/** Finds steps side by side that call one component in one way: they become the iterations of one Map, or of a few. */
export const mapFanOuts: PlanPass<'map-fan-outs'> = {
  rewrites: 'plan',
  name: 'map-fan-outs',
  title: 'steps side by side that are alike are the iterations of a Map',
  enlargesPayloads: true,
  rewrite: (plan, { leastFanOut = MIN_STEPS }) => {
    const mapper = new FanOutMapper(plan, Math.max(2, leastFanOut));
    const tree = plan.tree && mapper.tree(plan.tree);
    const changes = mapper.made.map(({ steps }) => ({ steps, what: 'are the iterations of one Map' }));
    // Of each two are left: the Map, and the Task inside.
    const states = changes.reduce((sum, { steps }) => sum + steps.length - 2, mapper.replaced);
    return { plan: { ...plan, ...(tree && { tree }) }, changes, saved: { states } };
  },
};

class FanOutMapper {
  readonly made: FanOut[] = [];
  /** Parallel states in whose places Maps stand. */
  replaced = 0;
  readonly #plan: Plan;
  readonly #least: number;

  constructor(plan: Plan, least: number) {
    this.#plan = plan;
    this.#least = least;
  }

  tree(tree: PlanTree): PlanTree {
    if (tree.kind === 'sequence') return { ...tree, parts: tree.parts.map((part) => this.tree(part)) };
    if (tree.kind !== 'parallel') return tree;
    const branches = this.#branches(tree.branches.map((branch) => this.tree(branch)));
    const [only, ...more] = branches;
    if (!only || more.length > 0) return { ...tree, branches };
    this.replaced += 1;
    return only;
  }

  /** Maps stand where the first of their steps did. */
  #branches(branches: readonly PlanTree[]): readonly PlanTree[] {
    const members = branches.flatMap((branch) => this.#memberOf(branch) ?? []);
    const groups = [...groupBy(members, callSignatureOf, (planned) => planned).values()];
    const maps = new Map(groups.map((group) => [group[0]?.step.id, this.#mapsOf(group)]));
    const made = [...maps.values()].flat();
    this.made.push(...made);
    const mapped = new Set(made.flatMap(({ steps }) => steps));
    return branches.flatMap((branch): readonly PlanTree[] => {
      if (branch.kind !== 'step' || !mapped.has(branch.id)) return [branch];
      return maps.get(branch.id) ?? [];
    });
  }

  /** A step that may be the iteration of a Map: whose call is all that there is to it, under every condition. */
  #memberOf(branch: PlanTree): PlannedStep | undefined {
    const planned = branch.kind === 'step' ? this.#plan.steps.get(branch.id) : undefined;
    return planned && isPlainCall(planned) && !isGuarded(planned, this.#plan) ? planned : undefined;
  }

  /** As few Maps as can be, of the same width, in which no step has to wait; none where they would be too narrow. */
  #mapsOf(group: readonly PlannedStep[]): readonly FanOut[] {
    const count = Math.max(
      Math.ceil(group.length / QUOTAS.inlineConcurrency),
      Math.ceil(itemBytes(group) / MAX_ITEM_BYTES),
    );
    if (group.length / count < this.#least) return [];
    const from = (map: number): number => Math.floor((map * group.length) / count);
    return Array.from({ length: count }, (_, map) => {
      return { kind: 'fan-out', steps: group.slice(from(map), from(map + 1)).map(({ step }) => step.id) };
    });
  }
}

/** What steps must have in common to be called by one state. */
function callSignatureOf(planned: PlannedStep): string {
  const { step, secrets } = planned;
  const keys = [...keysOf(planned)].sort();
  return JSON.stringify([step.component, step.onError, keys, secrets, step.attachedWork ?? []]);
}

/**
 * Whether all that there is to a step is the call of a function, whose failure is the flow's. The file that a `load_file`
 * names has to stand in the call: it is deployed with the function.
 */
function isPlainCall({ step, fusedBefore }: PlannedStep): boolean {
  const { action } = step.onError;
  if (fusedBefore || (action !== 'fail' && action !== 'retry')) return false;
  return builtinOf(step) === undefined && !callsBuiltin(step, 'load_file');
}

/** The least bytes that the items of one Map of these steps need. */
function itemBytes(group: readonly PlannedStep[]): number {
  const parts = alikeOf(group.map(({ step }) => step.input)).own.flatMap((own) => own.parts);
  return parts.reduce((sum, part) => sum + bytesOf(keyOf(part)) + usesOf(part).length * MIN_SHARE, 0);
}
