import type { Template } from '../../asl/state-machine.ts';
import { OUTPUT, type Plan, type Reading } from '../plan/plan.ts';
import { type PlanTree, partsOf } from '../plan/plan-tree.ts';
import { type Jsonata, jsonata, lookup, variable } from './jsonata/jsonata.ts';
import { type Names, variableName, variableNames } from './names.ts';

/** The branches and nested state machines around a state, outermost first. Each is a scope of variables. */
export type ScopePath = readonly number[];

/** The input of a nested state machine, from inside: see {@link NestedInput}. */
export const NESTED_INPUT = jsonata`$states.context.Execution.Input`;

/** The input of a nested state machine: all that its states read from outside. */
export interface NestedInput {
  /** The slots of steps outside that are read inside, by the steps' ids. */
  readonly steps?: Template;
  /** The values of the flow's input that are read inside, by their paths. */
  readonly input?: Template;
  /** What is given to the flow's variables, as far as it is read inside, by the keys of the references. */
  readonly variables?: Template;
  /** The id of the flow's execution, which goes into the payloads of functions. */
  readonly execution: Template;
  /** Which iteration the part is in, in an inner flow. */
  readonly iteration?: Template;
}

/** A field of {@link NestedInput}, from inside. */
export const nestedInput = (field: keyof NestedInput): Jsonata =>
  field === 'steps' ? jsonata`${NESTED_INPUT}.steps` : lookup(NESTED_INPUT, field);

/**
 * The scope of each step and of each hoisted condition, and the names of the variables that hold its slots. A scope may not
 * assign a variable of an outer one, so each scope through which a result is handed out has its own name for it.
 */
export class Layout {
  readonly #scopePaths = new Map<string, ScopePath>();
  readonly #names = new Map<string, string>();
  readonly #scopes = new Map<PlanTree, number>();
  /** The scopes that are nested state machines. */
  readonly #nestedMachines = new Set<number>();
  /** By step: the keys that are read, each with the fewest scopes that a reader of it shares with the step. */
  readonly #sharedScopes = new Map<string, ReadonlyMap<string, number>>();

  /** `names`: those of all variables of the state machine. Each is assigned in one scope only. */
  constructor(plan: Plan, names: Names) {
    if (plan.tree) this.#locate(plan.tree, []);
    for (const [id, { readings }] of plan.steps) this.#sharedScopes.set(id, this.#sharedScopesOf(id, readings));
    for (const [id, readings] of plan.hoistedConditions) this.#sharedScopes.set(id, this.#sharedScopesOf(id, readings));
    this.#nameAll(names);
  }

  #locate(tree: PlanTree, scopePath: ScopePath): void {
    if (tree.kind === 'step' || tree.kind === 'conditions') this.#scopePaths.set(tree.id, scopePath);
    // An iteration assigns nothing: the slots of its step are first assigned outside of the Map.
    else if (tree.kind === 'fan-out') for (const id of tree.steps) this.#scopePaths.set(id, scopePath);
    else if (tree.kind === 'sequence') for (const part of tree.parts) this.#locate(part, scopePath);
    else for (const scope of partsOf(tree)) this.#locate(scope, this.into(scope, scopePath, tree.kind === 'nested'));
  }

  /** The path of a scope in `scopePath`: a branch of a Parallel, or a nested state machine. */
  into(scope: PlanTree, scopePath: ScopePath, isNested = false): ScopePath {
    const number = this.#scopes.get(scope) ?? this.#scopes.size;
    this.#scopes.set(scope, number);
    if (isNested) this.#nestedMachines.add(number);
    return [...scopePath, number];
  }

  /** How many scopes are around the state machine of a scope; 0 for the outermost state machine. */
  depthOfMachine(scopePath: ScopePath): number {
    return scopePath.findLastIndex((scope) => this.#nestedMachines.has(scope)) + 1;
  }

  #nameAll(names: Names): void {
    // Plain names first, so that a step's own variable has the step's name wherever possible.
    for (const [id, scopePath] of this.#scopePaths)
      this.#names.set(key(id, scopePath.length), names.take(variableName(id)));
    for (const [id, scopePath] of this.#scopePaths) {
      for (let depth = scopePath.length - 1; depth >= this.#outermostDepth(id); depth -= 1) {
        this.#names.set(key(id, depth), names.take(`${variableName(id)}_out`));
      }
    }
  }

  /** The scopes around a step. */
  scopePathOf(id: string): ScopePath {
    return this.#scopePaths.get(id) ?? [];
  }

  /** The name of a step's variable in the scope that is `depth` scopes deep. */
  nameAt(id: string, depth: number): string {
    return this.#names.get(key(id, depth)) ?? variableName(id);
  }

  /** A step's slots as read from a scope. */
  slots(id: string, from: ScopePath): Jsonata {
    const depth = commonDepth(this.scopePathOf(id), from);
    return depth < this.depthOfMachine(from) ? lookup(nestedInput('steps'), id) : variable(this.nameAt(id, depth));
  }

  /** The readers' keys of a step's slots, each once. */
  keys(id: string): readonly string[] {
    return [...(this.#sharedScopes.get(id) ?? [])].map(([key]) => key);
  }

  /** The keys of a step's slots that are read outside of the step's scope at that depth. */
  keysOutside(id: string, depth: number): readonly string[] {
    const keys: string[] = [];
    for (const [key, shared] of this.#sharedScopes.get(id) ?? []) if (shared < depth) keys.push(key);
    return keys;
  }

  /** The keys of a step's slots that are there where a scope reads them: all, or those that scopes in between handed out. */
  keysFrom(id: string, from: ScopePath): readonly string[] {
    const own = this.scopePathOf(id);
    const depth = commonDepth(own, from);
    return depth === own.length || depth < this.depthOfMachine(from) ? this.keys(id) : this.keysOutside(id, depth + 1);
  }

  /** The outermost depth to which a step's slots are handed out. */
  #outermostDepth(id: string): number {
    let least = this.scopePathOf(id).length;
    for (const shared of this.#sharedScopes.get(id)?.values() ?? []) least = Math.min(least, shared);
    return least;
  }

  #sharedScopesOf(id: string, readings: readonly Reading[]): ReadonlyMap<string, number> {
    const scopePath = this.scopePathOf(id);
    const fewest = new Map<string, number>();
    for (const { reader, key } of readings) {
      const shared = reader === OUTPUT ? 0 : commonDepth(scopePath, this.scopePathOf(reader));
      fewest.set(key, Math.min(shared, fewest.get(key) ?? shared));
    }
    return fewest;
  }
}

const key = (id: string, depth: number): string => `${depth} ${id}`;

/** How many scopes two paths share. */
function commonDepth(a: ScopePath, b: ScopePath): number {
  let depth = 0;
  while (depth < a.length && depth < b.length && a[depth] === b[depth]) depth += 1;
  return depth;
}

const LAYOUTS = new WeakMap<Plan, Layout>();

/** The layout of a plan for questions of size, where the names of variables do not matter. */
export function layoutOf(plan: Plan): Layout {
  const layout = LAYOUTS.get(plan) ?? new Layout(plan, variableNames());
  LAYOUTS.set(plan, layout);
  return layout;
}
