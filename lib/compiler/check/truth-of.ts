import {
  allWithin,
  type CoalesceExpression,
  type Expression,
  type IfExpression,
  type OperationExpression,
} from '../../flow/expression.ts';
import { FAILING, passes } from '../../protocol/truth.ts';
import type { Scope } from './scope.ts';
import { accessOf, mayBeMissing, typeOf } from './type-of.ts';
import { constantVariant, type Variant } from './variant.ts';
import { variantsOf } from './variants.ts';
import type { FoundCondition } from './walk.ts';

/** The construct that tests a value. */
type TestOf = FoundCondition['of'] | 'present';

/** What a condition may evaluate to, and the variants of its value. */
export interface Truth {
  readonly possible: ReadonlySet<boolean>;
  readonly variants: readonly Variant[];
  /** Whether the value is missing in every run. */
  readonly missing?: boolean;
}

/** What a condition may evaluate to, by the types of what it reads. `present`: whether an item of a `$coalesce` is taken. */
export function truthOf(condition: Expression, of: TestOf, scope: Scope): Truth {
  switch (condition.kind) {
    case 'if':
      return eitherTruth(takenArmsOf(condition, scope).map((arm) => truthOf(arm, of, scope)));
    case 'coalesce':
      return truthOfCoalesce(condition, of, scope);
    case 'map':
    case 'list':
      // Without something in it, there is no value at all.
      if (of === 'present' || mayBeMissing(condition, scope)) return UNKNOWN;
      return truthOfVariants(variantsOf(typeOf(condition, scope)), of);
    case 'literal':
      return truthOfVariants(variantsOf(typeOf(condition, scope)), of);
    case 'operation':
      return truthOfOperation(condition, of, scope);
    case 'variable':
      return condition.fallback || condition.given === 'presence' ? UNKNOWN : truthOfReference(condition, of, scope);
    default:
      return truthOfReference(condition, of, scope);
  }
}

/** The arms that may be taken. */
function takenArmsOf({ condition, consequent, alternative }: IfExpression, scope: Scope): readonly Expression[] {
  const { possible } = truthOf(condition, '$if', scope);
  return [...(possible.has(true) ? [consequent] : []), ...(possible.has(false) ? [alternative] : [])];
}

function truthOfCoalesce({ items }: CoalesceExpression, of: TestOf, scope: Scope): Truth {
  const truths: Truth[] = [];
  for (const item of items) {
    const presence = truthOf(item, 'present', scope);
    const present = presence.possible;
    if (present.has(true)) truths.push(of === 'present' ? presence : truthOf(item, of, scope));
    if (!present.has(false)) return eitherTruth(truths);
  }
  return eitherTruth([...truths, truthOfVariants([constantVariant(null)], of)]);
}

const UNKNOWN: Truth = { possible: new Set([true, false]), variants: [] };

function eitherTruth(truths: readonly Truth[]): Truth {
  const maybe = new Set(truths.flatMap((truth) => [...truth.possible]));
  return { possible: maybe, variants: truths.flatMap(({ variants: forms }) => forms) };
}

function truthOfReference(reference: Parameters<typeof accessOf>[0], of: TestOf, scope: Scope): Truth {
  const { presence } = accessOf(reference, scope);
  if (presence === 'never') return { possible: new Set([false]), variants: [], missing: true };
  const found = truthOfVariants(variantsOf(typeOf(reference, scope)), of);
  // Any step may be skipped, if only by its component: skipIf takes that for false, $coalesce passes over it.
  const skips = reference.kind === 'step' && of !== '$if';
  return presence === 'always' && !skips ? found : { ...found, possible: new Set([...found.possible, false]) };
}

function truthOfOperation(operation: OperationExpression, of: TestOf, scope: Scope): Truth {
  const variants = variantsOf(typeOf(operation, scope));
  const found: Truth = isNeverEmpty(operation, scope)
    ? { possible: new Set([true]), variants }
    : truthOfVariants(variants, of);
  const skips = of !== '$if' && allWithin(operation).some(({ kind }) => kind === 'step');
  return skips || mayBeMissing(operation, scope) ? { ...found, possible: new Set([...found.possible, false]) } : found;
}

/** Whether a text is put together of something that always has characters. */
const isNeverEmpty = ({ operator, operands }: OperationExpression, scope: Scope): boolean =>
  operator === 'concat' &&
  operands.some((operand) => {
    const variants = variantsOf(typeOf(operand, scope));
    return (
      variants.length > 0 &&
      variants.every(({ kind, values }) => kind !== 'string' || (values !== undefined && !values.includes('')))
    );
  });

function truthOfVariants(variants: readonly Variant[], of: TestOf): Truth {
  if (variants.length === 0) return UNKNOWN;
  return { possible: new Set(variants.flatMap((variant) => truthOfVariant(variant, of))), variants };
}

function truthOfVariant({ kind, values }: Variant, of: TestOf): readonly boolean[] {
  const test = of === '$if' ? 'if' : of;
  if (kind === 'null') return [passes(null, test)];
  if (!FAILING[test].some((value) => constantVariant(value).kind === kind)) return [true];
  return values ? values.map((value) => passes(value, test)) : [true, false];
}
