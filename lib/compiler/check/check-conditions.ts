import type { Expression } from '../../flow/expression.ts';
import { FAILING, passes } from '../../protocol/truth.ts';
import { describeType } from './describe-type.ts';
import type { Scope } from './scope.ts';
import { accessOf, typeOf } from './type-of.ts';
import { constantVariant, type Variant } from './variant.ts';
import { variantsOf } from './variants.ts';
import { conditionsIn, type FoundCondition } from './walk.ts';

/** Reports each condition that is true in every run, or false in every run. */
export function checkConditions(scope: Scope): void {
  for (const { condition, of } of conditionsIn(scope.flow)) {
    const truth = truthOf(condition, of, scope);
    if (truth.possible.size !== 1) continue;
    const code = truth.possible.has(true) ? 'always-true' : 'never-true';
    scope.report(code, { of, found: truth.missing ? 'always missing' : describeType(truth.variants) }, condition.span);
  }
}

/** What a condition may evaluate to, and the variants of its value. */
interface Truth {
  readonly possible: ReadonlySet<boolean>;
  readonly variants: readonly Variant[];
  /** Whether the value is missing in every run. */
  readonly missing?: boolean;
}

function truthOf(condition: Expression, of: FoundCondition['of'], scope: Scope): Truth {
  switch (condition.kind) {
    case 'if':
      return eitherTruth([condition.consequent, condition.alternative].map((arm) => truthOf(arm, of, scope)));
    case 'coalesce':
      return eitherTruth([
        ...condition.items.map((item) => truthOf(item, of, scope)),
        truthOfVariants([constantVariant(null)], of),
      ]);
    case 'literal':
    case 'map':
    case 'list':
      return truthOfVariants(variantsOf(typeOf(condition, scope)), of);
    case 'variable':
      return condition.fallback ? UNKNOWN : truthOfReference(condition, of, scope);
    default:
      return truthOfReference(condition, of, scope);
  }
}

const UNKNOWN: Truth = { possible: new Set([true, false]), variants: [] };

function eitherTruth(truths: readonly Truth[]): Truth {
  const maybe = new Set(truths.flatMap((truth) => [...truth.possible]));
  return { possible: maybe, variants: truths.flatMap(({ variants: forms }) => forms) };
}

function truthOfReference(reference: Parameters<typeof accessOf>[0], of: FoundCondition['of'], scope: Scope): Truth {
  const { presence } = accessOf(reference, scope);
  if (presence === 'never') return { possible: new Set([false]), variants: [], missing: true };
  const found = truthOfVariants(variantsOf(typeOf(reference, scope)), of);
  // Any step may be skipped, if only by its component: skipIf takes that for false.
  const skips = reference.kind === 'step' && of === 'skipIf';
  return presence === 'always' && !skips ? found : { ...found, possible: new Set([...found.possible, false]) };
}

function truthOfVariants(variants: readonly Variant[], of: FoundCondition['of']): Truth {
  if (variants.length === 0) return UNKNOWN;
  return { possible: new Set(variants.flatMap((variant) => truthOfVariant(variant, of))), variants };
}

function truthOfVariant({ kind, values }: Variant, of: FoundCondition['of']): readonly boolean[] {
  const test = of === '$if' ? 'if' : of;
  if (kind === 'null') return [passes(null, test)];
  if (!FAILING[test].some((value) => constantVariant(value).kind === kind)) return [true];
  return values ? values.map((value) => passes(value, test)) : [true, false];
}
