import { allWithin, type OperationExpression } from '../../flow/expression.ts';
import { isOperator, mayFault, type Operator, WORK } from '../../protocol/operators.ts';
import { describeOperand } from './describe-type.ts';
import { equalityRemedy, operandRemedy } from './operand-remedy.ts';
import { operationType } from './operation-type.ts';
import type { Scope } from './scope.ts';
import type { Type } from './type.ts';
import { mayBeMissing, operandTypes } from './type-of.ts';
import type { Kind, Variant } from './variant.ts';
import { variantsOf } from './variants.ts';
import { type FoundOperation, operationsIn } from './walk.ts';

/** Reports each operation whose operands never fit its operator, and each comparison that has the same result in every run. */
export function checkOperations(scope: Scope): void {
  for (const found of operationsIn(scope.flow)) {
    const { operator } = found.operation;
    if (!isOperator(operator)) continue;
    const types = operandTypes(found.operation, scope);
    const misfit = misfitOf(operator, types);
    if (misfit !== undefined) reportMisfit(found, types, misfit, scope);
    else if (operator !== 'concat' && operator !== 'length') checkComparison(found, operator, types, scope);
  }
}

/** The kinds of values that each operand may be. An operand of a comparison has to be of the kind of the other, too. */
const TAKEN: { readonly [O in Operator]?: (at: number) => readonly Kind[] } = {
  length: () => ['string', 'array', 'object'],
  concat: () => ['string', 'number', 'boolean'],
  in: (at) => (at === 1 ? ['array', 'null'] : []),
  ...{ lt: comparable, lte: comparable, gt: comparable, gte: comparable },
};

function comparable(): readonly Kind[] {
  return ['number', 'string'];
}

const kindsOf = (type: Type): ReadonlySet<Kind> => new Set(variantsOf(type).map(({ kind }) => kind));

/** The position of an operand that never fits. */
function misfitOf(operator: Operator, types: readonly Type[]): number | undefined {
  const taken = TAKEN[operator];
  if (!taken) return undefined;
  const kinds = types.map(kindsOf);
  const unfit = kinds.findIndex((found, at) => {
    const wanted = taken(at);
    return found.size > 0 && wanted.length > 0 && !wanted.some((kind) => found.has(kind));
  });
  if (unfit >= 0 || taken !== comparable) return unfit >= 0 ? unfit : undefined;
  const [one, other] = kinds;
  if (!one || !other || one.size === 0 || other.size === 0) return undefined;
  const fits = comparable().some((kind) => one.has(kind) && other.has(kind));
  // A value that is written is more likely wrong than one that is read.
  return fits ? undefined : types[0]?.kind === 'constant' && types[1]?.kind !== 'constant' ? 0 : 1;
}

function reportMisfit({ operation, lenient }: FoundOperation, types: readonly Type[], at: number, scope: Scope): void {
  const { operator, operands } = operation;
  const operand = operands[at];
  if (!operand || !isOperator(operator) || !mayFault(operator)) return;
  const all = types.map(variantsOf);
  const isComparison = TAKEN[operator] === comparable;
  const found = isComparison ? all.map(describeOperand).join(' and ') : describeOperand(all[at] ?? []);
  const params = { work: WORK[operator], found, remedy: operandRemedy(operator, all, at) };
  const passes = lenient && mayPass(operation, scope);
  scope.report('operand-type', params, operand.span, passes ? 'warning' : undefined);
}

/** Whether an operation has no value in some run, where that is tolerated, instead of failing. */
function mayPass(operation: OperationExpression, scope: Scope): boolean {
  if (operation.operands.some((operand) => mayBeMissing(operand, scope))) return true;
  const skips = scope.flow.steps.some(({ skipIf, onError }) => skipIf !== undefined || onError.action === 'skip');
  return skips && allWithin(operation).some(({ kind }) => kind === 'step');
}

function checkComparison(
  { operation, written }: FoundOperation,
  operator: Operator,
  types: readonly Type[],
  scope: Scope,
): void {
  const result = operationType(operator, types);
  if (result.kind !== 'constant' || mayBeMissing(operation, scope)) return;
  const holds = result.value === true;
  const [one = [], other = []] = types.map(variantsOf);
  const isRefuted = operator === 'eq' && !holds;
  const remedy = isRefuted ? equalityRemedy(one, other) : undefined;
  scope.report(
    'constant-comparison',
    { of: written, result: written === '$ne' ? !holds : holds, why: reasonFor(operator, holds, one, other), remedy },
    operation.span,
  );
}

function reasonFor(operator: Operator, holds: boolean, one: readonly Variant[], other: readonly Variant[]): string {
  const [first, second] = [describeOperand(one), describeOperand(other)];
  if (operator === 'in' && !holds) return `${first} is never in ${second}`;
  if (operator !== 'eq' || holds) return `it compares ${first} and ${second}`;
  return first === second
    ? `it compares ${first} and ${second} whose parts differ`
    : `${first} and ${second} are never equal`;
}
