import { isObject, type Json } from '../protocol/json.ts';
import { isFault, isMissing, isOperation } from '../protocol/markers.ts';
import { type Computed, type GivenOperand, operateOn } from '../protocol/operation.ts';
import { OPERATORS } from '../protocol/operators.ts';
import type { Segment } from '../protocol/path.ts';

/** Why an operation in a step's input has no value. */
export class NoValue extends Error {
  /** The marker of the outermost operation that has none. */
  of: Json | undefined;
  readonly computed: Exclude<Computed, { readonly value: Json }>;

  constructor(computed: Exclude<Computed, { readonly value: Json }>) {
    super('missing' in computed ? computed.missing : computed.fault);
    this.computed = computed;
  }
}

/**
 * What the operation of a marker gives. `resolve` gives the value of an operand in which nothing is missing, and throws
 * {@link NoValue} for an operation in it that has none. Throws that itself where the operation has none.
 */
export function resolveOperation({ $operation }: { $operation: Json[] }, resolve: (operand: Json) => Json): Json {
  const [name, ...operands] = $operation;
  const given = operands.map((operand): Computed => {
    const lacking = lackingIn(operand);
    if (lacking) return lacking;
    try {
      return { value: resolve(operand) };
    } catch (error) {
      if (error instanceof NoValue) return error.computed;
      throw error;
    }
  });
  if (name === 'operands') return given.map(asGiven);
  const operator = OPERATORS.find((known) => known === name);
  if (!operator) throw new NoValue({ fault: 'the compiler wrote an operator that the function does not know' });
  const computed = operateOn(operator, given);
  if ('value' in computed) return computed.value;
  throw new NoValue(computed);
}

function asGiven(operand: Computed): GivenOperand {
  if ('fault' in operand) return { fault: operand.fault };
  return 'value' in operand ? [operand.value] : [];
}

/** What is missing in an operand, or does not fit, operations in it aside: those may do with it. */
function lackingIn(operand: Json): Exclude<Computed, { readonly value: Json }> | undefined {
  if (isOperation(operand) || typeof operand !== 'object' || operand === null) return undefined;
  if (isMissing(operand)) return { missing: operand.$missing };
  if (isFault(operand)) return { fault: operand.$fault };
  for (const part of Object.values(operand)) {
    const lacking = lackingIn(part);
    if (lacking) return lacking;
  }
  return undefined;
}

/** The path of a part of a value, by its identity; undefined where it is in none. */
export function pathTo(part: Json | undefined, value: Json): readonly Segment[] | undefined {
  if (part === value) return [];
  if (typeof value !== 'object' || value === null) return undefined;
  const keys: readonly Segment[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  for (const key of keys) {
    const further = pathTo(part, (Array.isArray(value) ? value[Number(key)] : value[key]) ?? null);
    if (further) return [key, ...further];
  }
  return undefined;
}

/** Whether a marker at a path is an operand, or part of one: then its operation says what becomes of it. */
export function isInOperation(input: Json, at: readonly (string | number)[]): boolean {
  let here: Json | undefined = input;
  for (const segment of at) {
    if (here === undefined) return false;
    if (isOperation(here)) return true;
    here = Array.isArray(here) ? here[Number(segment)] : isObject(here) ? here[String(segment)] : undefined;
  }
  return false;
}
