import type { Json } from '../protocol/json.ts';
import { isFault, isMissing, isOperation } from '../protocol/markers.ts';
import type { Computed, GivenOperand } from '../protocol/operation.ts';
import { firstPresent, operateOn } from '../protocol/operation-at.ts';
import { OPERATORS } from '../protocol/operators.ts';
import { NoValue } from './no-value.ts';

/**
 * What the operation of a marker gives. `resolve` gives the value of an operand in which nothing is missing, and throws
 * {@link NoValue} for an operation in it that has none. Throws that itself, with the marker, where the operation has none.
 */
export function doOperation(operation: { $operation: Json[] }, resolve: (operand: Json) => Json): Json {
  try {
    return resolveOperation(operation, resolve);
  } catch (error) {
    if (error instanceof NoValue) error.of = operation;
    throw error;
  }
}

function resolveOperation({ $operation }: { $operation: Json[] }, resolve: (operand: Json) => Json): Json {
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
  if (!operator && name !== 'coalesce')
    throw new NoValue({ fault: 'the compiler wrote an operator that the function does not know' });
  const computed = operator ? operateOn(operator, given) : firstPresent(given);
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
