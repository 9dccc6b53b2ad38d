import { mapSteps, type Plan } from '../../plan/plan.ts';
import { idsIn, type PlanTree, stepsIn } from '../../plan/plan-tree.ts';
import { type Budget, budgetOf } from '../sizes/budget.ts';
import type { PackingPlace } from '../sizes/payload-limits.ts';
import { bytesOfValue, type IsReader, Packer } from './packer.ts';

/** What is too large. */
export interface Wide {
  /** Bytes that no value may exceed, where that is less than what fits. */
  readonly largest?: number | undefined;
  /** The most values that meet in one place, where these are fewer than fit. */
  readonly values?: number | undefined;
}

/** How often a plan is packed again: where one place is packed, another may hand on what is left. */
const ROUNDS = 6;

/**
 * Packs values where a payload has no room even for their markers: steps that the compiler adds store many values as one
 * blob, and the functions that read them take their part of it. Where nothing is too large, nothing changes.
 *
 * - What a Parallel hands on: its branches are grouped in Parallels, each followed by a step that packs what comes from the
 *   group. No reader waits longer than for the Parallel that was there.
 * - What is read of one step, at thousands of paths: the step returns the whole result, and a step after it has the paths.
 * - What a nested state machine takes or gives: a step before it, or at its end.
 */
export function packWide(plan: Plan, wide: Wide = {}): Plan {
  let packed = plan;
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = packPlan(packed, budgetOf(packed, wide.largest), { ...wide, prefix: '' });
    if (next === packed) return packed;
    packed = next;
  }
  return packed;
}

/** What is too large, and what precedes the ids of a plan's steps. */
type Within = Wide & { readonly prefix: string };

/** Packs values in the places that have no room for them, in a plan and in those of its inner flows. */
function packPlan(plan: Plan, budget: Budget, within: Within): Plan {
  if (budget.broken.length === 0 && within.values === undefined) return plan;
  const own = packOwn(plan, placesIn(budget, within), within);
  let isSame = own === plan;
  const steps = mapSteps(own.steps, (planned, id) => {
    const inside = budget.inner(id);
    if (!planned.inner || !inside) return planned;
    const inner = packPlan(planned.inner, inside, { ...within, prefix: `${within.prefix}${id}.` });
    isSame &&= inner === planned.inner;
    return inner === planned.inner ? planned : { ...planned, inner };
  });
  return isSame ? own : { ...own, steps };
}

function placesIn({ ownBroken, payloadLimits }: Budget, { values: most = Infinity }: Within): readonly PackingPlace[] {
  const wide = payloadLimits.filter(({ values }) => values.length > most);
  return [...ownBroken, ...wide].flatMap(({ place }) => place ?? []);
}

function packOwn(plan: Plan, places: readonly PackingPlace[], { prefix, values }: Within): Plan {
  if (places.length === 0 || !plan.tree) return plan;
  const packing = new Packing(new Packer(plan, { prefix, values }), places);
  const tree = packing.of(plan.tree);
  return tree === plan.tree ? plan : packing.packer.plan(tree);
}

type Parallel = Extract<PlanTree, { kind: 'parallel' }>;
type Nested = Extract<PlanTree, { kind: 'nested' }>;

/** Rewrites a tree from its leaves up, so that what is packed inside is packed once. */
class Packing {
  readonly packer: Packer;
  readonly #steps: ReadonlySet<string>;
  readonly #results: ReadonlySet<PlanTree>;
  readonly #inputs: ReadonlySet<PlanTree>;

  constructor(packer: Packer, places: readonly PackingPlace[]) {
    const trees = (wanted: PackingPlace['in']): ReadonlySet<PlanTree> =>
      new Set(places.flatMap((place) => (place.in !== 'variable' && place.in === wanted ? [place.tree] : [])));
    this.packer = packer;
    this.#steps = new Set(places.flatMap((place) => (place.in === 'variable' ? [place.step] : [])));
    this.#results = trees('result');
    this.#inputs = trees('input');
  }

  /** A tree with what packs values in it; the same tree where there is nothing to pack. */
  of(tree: PlanTree): PlanTree {
    switch (tree.kind) {
      case 'step':
        return this.#steps.has(tree.id) ? inOrder(tree, this.packer.packResult(tree.id)) : tree;
      case 'conditions':
      case 'fan-out':
        return tree;
      case 'sequence': {
        const parts = this.#each(tree.parts);
        return parts === tree.parts ? tree : sequenceOf(parts);
      }
      case 'parallel': {
        const branches = this.#each(tree.branches);
        const inside: Parallel = branches === tree.branches ? tree : { ...tree, branches };
        return this.#results.has(tree) ? this.#grouped(inside) : inside;
      }
      case 'nested':
        return this.#nested(tree);
    }
  }

  #each(trees: readonly PlanTree[]): readonly PlanTree[] {
    const changed = trees.map((tree) => this.of(tree));
    return changed.some((tree, at) => tree !== trees[at]) ? changed : trees;
  }

  /** Groups branches whose values one blob can hold. */
  #grouped(tree: Parallel): PlanTree {
    const inside = new Set(idsIn(tree));
    const isOutside = outsideOf(inside);
    const groups: { readonly branches: PlanTree[]; values: number; bytes: number }[] = [];
    const others: PlanTree[] = [];
    for (const branch of tree.branches) {
      const found = this.packer.valuesOf(stepsIn(branch), isOutside);
      const values = found.length;
      const bytes = found.reduce((sum, value) => sum + bytesOfValue(value), 0);
      const last = groups.at(-1);
      if (values === 0) others.push(branch);
      else if (last && this.packer.fitsBlob(last.values + values, last.bytes + bytes)) {
        last.branches.push(branch);
        last.values += values;
        last.bytes += bytes;
      } else groups.push({ branches: [branch], values, bytes });
    }
    const packed = groups.map(({ branches }) => this.#packed(togetherOf(branches), isOutside));
    const isSame = packed.every((branch) => tree.branches.includes(branch));
    return isSame ? tree : { ...tree, branches: [...packed, ...others] };
  }

  /** A scope that ends with what packs its values; without, where none can be packed. */
  #packed(tree: PlanTree, isOutside: IsReader): PlanTree {
    return inOrder(tree, this.packer.pack(this.packer.valuesOf(stepsIn(tree), isOutside)));
  }

  #nested(tree: Nested): PlanTree {
    const inner = this.of(tree.body);
    const inside = new Set(idsIn(inner));
    const body = this.#results.has(tree) ? this.#packed(inner, outsideOf(inside)) : inner;
    const nested: Nested = body === tree.body ? tree : { ...tree, body };
    if (!this.#inputs.has(tree)) return nested;
    const others = this.packer.ids.filter((id) => !inside.has(id));
    const isInside: IsReader = (reader) => typeof reader === 'string' && inside.has(reader);
    const packers = this.packer.pack(this.packer.valuesOf(others, isInside));
    return packers ? sequenceOf([packers, nested]) : nested;
  }
}

const outsideOf =
  (inside: ReadonlySet<string>): IsReader =>
  (reader) =>
    typeof reader !== 'string' || !inside.has(reader);

/** The branches as one tree; a single one as it is. */
function togetherOf(branches: readonly PlanTree[]): PlanTree {
  const [only, ...more] = branches;
  return only && more.length === 0 ? only : { kind: 'parallel', branches };
}

const inOrder = (tree: PlanTree, after: PlanTree | undefined): PlanTree => (after ? sequenceOf([tree, after]) : tree);

/** A sequence without sequences in it. */
const sequenceOf = (parts: readonly PlanTree[]): PlanTree => ({
  kind: 'sequence',
  parts: parts.flatMap((part) => (part.kind === 'sequence' ? part.parts : [part])),
});
