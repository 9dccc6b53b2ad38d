import { isObject, type Json } from '../protocol/json.ts';
import { isMissing, isOperation } from '../protocol/markers.ts';
import { OPERATORS, operate, takesMissing } from '../protocol/operators.ts';
import type { Computed } from '../protocol/path.ts';

/** Why an operation in a step's input has no value. */
export class NoValue extends Error {
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
    const text = missingIn(operand);
    if (text !== undefined) return { missing: text };
    try {
      return { value: resolve(operand) };
    } catch (error) {
      if (error instanceof NoValue) return error.computed;
      throw error;
    }
  });
  if (name === 'operands') return valuesOf(given).map((value) => (value === undefined ? [] : [value]));
  const operator = OPERATORS.find((known) => known === name);
  if (!operator) throw new NoValue({ fault: 'the compiler wrote an operator that the function does not know' });
  const absent = given.find((one) => 'missing' in one);
  if (absent && !takesMissing(operator)) throw new NoValue(absent);
  const outcome = operate(operator, valuesOf(given));
  if ('value' in outcome) return outcome.value;
  throw new NoValue('fault' in outcome ? outcome : { missing: 'value of an operand' });
}

/** The values of operands; undefined for a missing one. Throws {@link NoValue} for a fault. */
function valuesOf(given: readonly Computed[]): (Json | undefined)[] {
  return given.map((one) => {
    if ('fault' in one) throw new NoValue(one);
    return 'value' in one ? one.value : undefined;
  });
}

/** The text of the first missing value in an operand, operations in it aside: those may do with it. */
function missingIn(operand: Json): string | undefined {
  if (isOperation(operand) || typeof operand !== 'object' || operand === null) return undefined;
  if (isMissing(operand)) return operand.$missing;
  for (const part of Object.values(operand)) {
    const text = missingIn(part);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Whether a marker at a path is an operand, or part of one: then its operation says what becomes of it. */
export function isInOperation(input: Json, at: readonly (string | number)[]): boolean {
  let here: Json | undefined = input;
  for (const segment of at) {
    if (here === undefined || isOperation(here)) return here !== undefined;
    here = Array.isArray(here) ? here[Number(segment)] : isObject(here) ? here[String(segment)] : undefined;
  }
  return false;
}
