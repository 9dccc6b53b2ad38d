import { OUTPUT, type Plan, type PlanTree, type Reading } from '../plan/plan.ts';
import { type Jsonata, variable } from './jsonata.ts';
import { type Names, variableName } from './names.ts';

/** The branches that a place in the state machine lies in, outermost first. Each is a scope of variables. */
export type Chain = readonly number[];

/**
 * Where each step lies among the scopes, and the names under which its slots are known there. A scope may not assign a
 * name of an outer one, so each scope through which a result is handed out has a name of its own for it.
 */
export class Layout {
  readonly #chains = new Map<string, Chain>();
  readonly #names = new Map<string, string>();
  readonly #branches = new Map<PlanTree, number>();
  /** Of each step, the keys that are read, and the fewest branches that a reader of the key shares with the step. */
  readonly #shared = new Map<string, ReadonlyMap<string, number>>();

  /** `names`: of the variables of the whole state machine, each of which is assigned in one scope only. */
  constructor(plan: Plan, names: Names) {
    if (plan.tree) this.#place(plan.tree, []);
    for (const [id, { readings }] of plan.steps) this.#shared.set(id, this.#sharedOf(id, readings));
    this.#nameAll(names);
  }

  #place(tree: PlanTree, chain: Chain): void {
    if (tree.kind === 'step') this.#chains.set(tree.id, chain);
    else if (tree.kind === 'sequence') for (const part of tree.parts) this.#place(part, chain);
    else for (const branch of tree.branches) this.#place(branch, this.into(branch, chain));
  }

  /** The chain inside of a branch of a Parallel that lies in `chain`. */
  into(branch: PlanTree, chain: Chain): Chain {
    const number = this.#branches.get(branch) ?? this.#branches.size;
    this.#branches.set(branch, number);
    return [...chain, number];
  }

  #nameAll(names: Names): void {
    // Plain names first, so that a step's own variable is called like the step wherever that can be.
    for (const [id, chain] of this.#chains) this.#names.set(key(id, chain.length), names.take(variableName(id)));
    for (const [id, chain] of this.#chains) {
      for (let depth = chain.length - 1; depth >= this.#reach(id); depth -= 1) {
        this.#names.set(key(id, depth), names.take(`${variableName(id)}_out`));
      }
    }
  }

  /** The branches that a step lies in. */
  chainOf(id: string): Chain {
    return this.#chains.get(id) ?? [];
  }

  /** The name of a step's variable at a depth of scopes. */
  nameAt(id: string, depth: number): string {
    return this.#names.get(key(id, depth)) ?? variableName(id);
  }

  /** A step's slots as seen from a place. */
  slots(id: string, from: Chain): Jsonata {
    return variable(this.nameAt(id, common(this.chainOf(id), from)));
  }

  /** The readers' keys of a step's slots, each once. */
  keys(id: string): readonly string[] {
    return [...(this.#shared.get(id) ?? [])].map(([key]) => key);
  }

  /** The keys of a step's slots that are read outside of the branch in which `depth` scopes lie around it. */
  keysOutside(id: string, depth: number): readonly string[] {
    return [...(this.#shared.get(id) ?? [])].flatMap(([key, shared]) => (shared < depth ? [key] : []));
  }

  /** The outermost depth to which a step's slots are handed out. */
  #reach(id: string): number {
    let least = this.chainOf(id).length;
    for (const shared of this.#shared.get(id)?.values() ?? []) least = Math.min(least, shared);
    return least;
  }

  #sharedOf(id: string, readings: readonly Reading[]): ReadonlyMap<string, number> {
    const chain = this.chainOf(id);
    const fewest = new Map<string, number>();
    for (const { reader, key } of readings) {
      const shared = reader === OUTPUT ? 0 : common(chain, this.chainOf(reader));
      fewest.set(key, Math.min(shared, fewest.get(key) ?? shared));
    }
    return fewest;
  }
}

const key = (id: string, depth: number): string => `${depth} ${id}`;

/** How many branches two places share. */
function common(a: Chain, b: Chain): number {
  let depth = 0;
  while (depth < a.length && depth < b.length && a[depth] === b[depth]) depth += 1;
  return depth;
}
