import type { Operand, Operation } from '../../protocol/operation.ts';
import { mayFault, takesMissing } from '../../protocol/operators.ts';

/** Whether the values of an operation may not fit it. */
export const mayFail = ({ operator, operands }: Operation): boolean =>
  (operator !== 'outline' && operator !== 'coalesce' && mayFault(operator)) ||
  operands.some((operand) => 'given' in operand || ('operator' in operand && mayFail(operand)));

/** Whether what an operation needs may be missing. */
export const mayMiss = ({ operator, operands }: Operation): boolean =>
  operator !== 'outline' &&
  operator !== 'coalesce' &&
  !takesMissing(operator) &&
  (operands.some((operand) => 'at' in operand || 'given' in operand) || operationsIn(operands).some(mayMiss));

const operationsIn = (operands: readonly Operand[]): readonly Operation[] =>
  operands.flatMap((operand) => ('operator' in operand ? [operand] : []));
