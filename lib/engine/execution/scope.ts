import type { Json, JsonObject } from '../../protocol/json.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import { dataLimitExceeded, jsonBytes } from './limits.ts';

/** The bytes that all variables of an execution take. */
export interface VariableBudget {
  bytes: number;
}

interface Variable {
  readonly value: Json;
  readonly bytes: number;
}

/**
 * The variables of a branch. Reading looks outwards, writing stays here, and what was written ends with the branch.
 */
export class Scope {
  /** Made when something is assigned: most branches of a wide fan-out wait for their only task without any. */
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

  /** A variable's value, or undefined where no scope has it. */
  get(name: string): Json | undefined {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.#outer) {
      const variable = scope.#variables?.get(name);
      if (variable !== undefined) return variable.value;
    }
    return undefined;
  }

  /** Assigns all variables of a state's Assign at once. Fails over 256 KiB together, or 10 MiB in the execution. */
  assign(values: JsonObject, stateName: string): void {
    this.#variables ??= new Map();
    let all = 0;
    for (const name in values) {
      const value = values[name];
      if (value === undefined) continue;
      const bytes = jsonBytes(value);
      all += bytes;
      this.#budget.bytes += bytes - (this.#variables.get(name)?.bytes ?? 0);
      this.#variables.set(name, { value, bytes });
    }
    if (all > QUOTAS.payload || this.#budget.bytes > QUOTAS.variables) throw dataLimitExceeded(stateName);
  }

  /** Gives back the bytes of a scope that has ended. */
  end(): void {
    if (this.#variables === undefined) return;
    for (const { bytes } of this.#variables.values()) this.#budget.bytes -= bytes;
    this.#variables = undefined;
  }
}
