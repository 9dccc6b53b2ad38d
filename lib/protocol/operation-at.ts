import { isObject, type Json } from './json.ts';
import type { Computed, Operation } from './operation.ts';
import { type Operator, operate, outlineOf, takesMissing } from './operators.ts';
import { type Path, resultAt, valueAt } from './path.ts';

/** What an operation makes of a step's result. */
export const operationAt = (result: Json, operation: Operation): Computed =>
  applyTo(operation, (path) => resultAt(result, path));

/** The value at a path, or what its operation makes of the value. */
export const valueOrMadeAt = (value: Json, path: Path): Json | undefined =>
  path.operation ? valueIn(applyTo(path.operation, (own) => valueAt(value, own))) : valueAt(value, path);

/** The value that an operation gives; undefined where it gives none. */
const valueIn = (computed: Computed): Json | undefined => ('value' in computed ? computed.value : undefined);

/** What an operation gives. `read`: the part of the value at a path; undefined where there is none. */
function applyTo({ operator, operands }: Operation, read: (path: Path) => Json | undefined): Computed {
  const given = operands.map((operand): Computed => {
    if ('is' in operand) return { value: operand.is };
    if ('given' in operand) return givenOperand(read({ segments: [operand.given] }));
    if (!('at' in operand)) return applyTo(operand, read);
    const value = read(operand.path);
    return value === undefined ? { missing: operand.at } : { value };
  });
  if (operator === 'coalesce') return firstPresent(given);
  return operator === 'outline' ? outlined(given[0] ?? NOTHING) : operateOn(operator, given);
}

/** What an operator makes of what its operands give: a missing one that it needs comes before one that is a fault. */
export function operateOn(operator: Operator, given: readonly Computed[]): Computed {
  const missing = takesMissing(operator) ? undefined : given.find((one) => 'missing' in one);
  const unfit = missing ?? given.find((one) => 'fault' in one);
  if (unfit) return unfit;
  const outcome = operate(operator, given.map(valueIn));
  return 'missing' in outcome ? NOTHING : outcome;
}

/** The first value that is neither missing nor null, else null; a fault before it is no value to pass over. */
export const firstPresent = (given: readonly Computed[]): Computed =>
  given.find((one) => 'fault' in one || ('value' in one && one.value !== null)) ?? { value: null };

function givenOperand(given: Json | undefined): Computed {
  if (isObject(given)) return { fault: String(given.fault) };
  const [value] = Array.isArray(given) ? given : [];
  return value === undefined ? { missing: 'operand' } : { value };
}

const NOTHING: Computed = { missing: '$' };

/** A missing value is compared as null. */
const outlined = (given: Computed): Computed =>
  'fault' in given ? given : { value: outlineOf(valueIn(given) ?? null) };
