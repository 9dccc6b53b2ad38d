import type { Expression } from '../../flow/expression.ts';
import { FAILING, passes } from '../../protocol/truth.ts';
import { describeType } from './describe-type.ts';
import type { Scope } from './scope.ts';
import { accessOf, typeOf } from './type-of.ts';
import { constantVariant, type Variant, variantsOf } from './variants.ts';
import { conditionsIn, type FoundCondition } from './walk.ts';

/** Reports each condition that has the same answer in every run. */
export function checkConditions(scope: Scope): void {
  for (const { condition, of } of conditionsIn(scope.flow)) {
    const truth = truthOf(condition, of, scope);
    if (truth.maybe.size !== 1) continue;
    const code = truth.maybe.has(true) ? 'always-true' : 'never-true';
    scope.report(code, { of, found: truth.missing ? 'never there' : describeType(truth.forms) }, condition.span);
  }
}

/** What a condition may come to, and why. */
interface Truth {
  readonly maybe: ReadonlySet<boolean>;
  readonly forms: readonly Variant[];
  /** Whether there is never a value. */
  readonly missing?: boolean;
}

function truthOf(condition: Expression, of: FoundCondition['of'], scope: Scope): Truth {
  switch (condition.kind) {
    case 'if':
      return both([condition.consequent, condition.alternative].map((arm) => truthOf(arm, of, scope)));
    case 'coalesce':
      return both([
        ...condition.items.map((item) => truthOf(item, of, scope)),
        truthOfForms([constantVariant(null)], of),
      ]);
    case 'literal':
    case 'map':
    case 'list':
      return truthOfForms(variantsOf(typeOf(condition, scope)), of);
    case 'variable':
      return condition.fallback ? UNKNOWN : truthOfReference(condition, of, scope);
    default:
      return truthOfReference(condition, of, scope);
  }
}

const UNKNOWN: Truth = { maybe: new Set([true, false]), forms: [] };

function both(truths: readonly Truth[]): Truth {
  const maybe = new Set(truths.flatMap((truth) => [...truth.maybe]));
  return { maybe, forms: truths.flatMap(({ forms }) => forms) };
}

function truthOfReference(reference: Parameters<typeof accessOf>[0], of: FoundCondition['of'], scope: Scope): Truth {
  const { presence } = accessOf(reference, scope);
  if (presence === 'never') return { maybe: new Set([false]), forms: [], missing: true };
  const found = truthOfForms(variantsOf(typeOf(reference, scope)), of);
  // A step may be skipped, by its component too: for skipIf that is false.
  const skips = reference.kind === 'step' && of === 'skipIf';
  return presence === 'always' && !skips ? found : { ...found, maybe: new Set([...found.maybe, false]) };
}

function truthOfForms(forms: readonly Variant[], of: FoundCondition['of']): Truth {
  if (forms.length === 0) return UNKNOWN;
  return { maybe: new Set(forms.flatMap((form) => truthOfForm(form, of))), forms };
}

function truthOfForm({ kind, values }: Variant, of: FoundCondition['of']): readonly boolean[] {
  const test = of === '$if' ? 'if' : of;
  if (kind === 'null') return [passes(null, test)];
  if (!FAILING[test].some((value) => constantVariant(value).kind === kind)) return [true];
  return values ? values.map((value) => passes(value, test)) : [true, false];
}
