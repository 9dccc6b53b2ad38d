import type { Json, JsonObject } from '../../protocol/json.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import { dataLimitExceeded, jsonBytes } from './limits.ts';

/** The size in bytes of all variables of an execution. */
export interface VariableBudget {
  bytes: number;
}

interface Variable {
  readonly value: Json;
  readonly bytes: number;
}

/**
 * The variables of a branch. A read also looks in outer scopes; a variable that is assigned here ends with the branch.
 */
export class Scope {
  /** Created on the first assignment: most branches of a wide fan-out assign nothing. */
  #variables: Map<string, Variable> | undefined;
  readonly #outer: Scope | undefined;
  readonly #budget: VariableBudget;

  constructor(budget: VariableBudget, outer?: Scope) {
    this.#budget = budget;
    this.#outer = outer;
  }

  /** The scope of a branch or iteration inside this one. */
  inner(): Scope {
    return new Scope(this.#budget, this);
  }

  /** A variable's value, or undefined if no scope has it. */
  get(name: string): Json | undefined {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.#outer) {
      const variable = scope.#variables?.get(name);
      if (variable !== undefined) return variable.value;
    }
    return undefined;
  }

  /** Assigns all variables of a state's Assign at once. Fails if they are over 256 KiB together, or all variables of the execution over 10 MiB. */
  assign(values: JsonObject, stateName: string): void {
    this.#variables ??= new Map();
    let total = 0;
    for (const name in values) {
      const value = values[name];
      if (value === undefined) continue;
      const bytes = jsonBytes(value);
      total += bytes;
      this.#budget.bytes += bytes - (this.#variables.get(name)?.bytes ?? 0);
      this.#variables.set(name, { value, bytes });
    }
    if (total > QUOTAS.payload || this.#budget.bytes > QUOTAS.variables) throw dataLimitExceeded(stateName);
  }

  /** Ends the scope: its variables no longer count. */
  end(): void {
    if (this.#variables === undefined) return;
    for (const { bytes } of this.#variables.values()) this.#budget.bytes -= bytes;
    this.#variables = undefined;
  }
}
