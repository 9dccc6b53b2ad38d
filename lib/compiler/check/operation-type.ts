import type { Json } from '../../protocol/json.ts';
import { type Operator, operate } from '../../protocol/operators.ts';
import { mayBeEqual, mayBeIn } from './equality.ts';
import { ANY, constantType, schemaType, type Type } from './type.ts';
import { variantsOf } from './variants.ts';

/** The type of a truth. */
export const BOOLEAN = schemaType({ type: 'boolean' });

const TYPES: { readonly [O in Operator]: Type } = {
  ...{ eq: BOOLEAN, in: BOOLEAN, concat: schemaType({ type: 'string' }), length: schemaType({ type: 'integer' }) },
  ...{ lt: BOOLEAN, lte: BOOLEAN, gt: BOOLEAN, gte: BOOLEAN },
};

/** The type of what an operator gives, if its operands fit it; the one value, where that is certain. */
export function operationType(operator: Operator, operands: readonly Type[]): Type {
  const constants = operands.flatMap((operand) => constantOf(operand) ?? []);
  if (constants.length === operands.length) {
    const outcome = operate(
      operator,
      constants.map(({ value }) => value),
    );
    return 'value' in outcome ? constantType(outcome.value) : TYPES[operator];
  }
  const [first = ANY, second = ANY] = operands;
  const isFalse =
    (operator === 'eq' && !mayBeEqual(first, second)) ||
    (operator === 'in' && takesList(second) && !mayBeIn(first, second));
  return isFalse ? constantType(false) : TYPES[operator];
}

const takesList = (list: Type): boolean => variantsOf(list).some(({ kind }) => kind === 'array' || kind === 'null');

/** The only value of a type. */
function constantOf(type: Type): { readonly value: Json } | undefined {
  if (type.kind === 'constant') return { value: type.value };
  const [variant, ...more] = variantsOf(type);
  if (!variant || more.length > 0) return undefined;
  if (variant.kind === 'null') return { value: null };
  const [value, ...others] = variant.values ?? [];
  return value === undefined || others.length > 0 ? undefined : { value };
}
