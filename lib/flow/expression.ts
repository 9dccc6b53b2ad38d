import type { Span } from '../diagnostics/diagnostics.ts';
import type { Json } from '../protocol/json.ts';
import type { Path } from '../protocol/path.ts';
import type { Tree } from './text/tree.ts';

/** A path as written, ready to be a slot's key (`$` for the whole), and as parsed; or as the compiler made it of such. */
export interface ReadPath {
  readonly text: string;
  readonly path: Path;
  /** Whether something is sure to be there wherever it is read. */
  readonly guaranteed?: true;
  /** Where it stands; absent for a path that is not written. */
  readonly span?: Span;
}

/** The path of the whole value. */
export const WHOLE: ReadPath = { text: '$', path: { segments: [] } };

/** A value that holds nothing to evaluate. */
export interface Literal {
  readonly kind: 'literal';
  readonly value: Json;
  /** The text it was read from, where it is a `$literal`: an inner flow is read from it, places and all. */
  readonly tree?: Tree;
  /** Its values with their places, where it is a map. */
  readonly entries?: MapExpression['entries'];
  /** The path of a secret variable, which the value stands in for wherever its marker may not: see lib/protocol/markers.ts. */
  readonly secret?: string;
  readonly span: Span;
}

/** A map in which something is to be evaluated. */
export interface MapExpression {
  readonly kind: 'map';
  readonly entries: readonly { readonly key: string; readonly keySpan: Span; readonly value: Expression }[];
  readonly span: Span;
}

/** A list in which something is to be evaluated. */
export interface ListExpression {
  readonly kind: 'list';
  readonly items: readonly Expression[];
  readonly span: Span;
}

/** The flow's input at a path. */
export interface InputReference {
  readonly kind: 'input';
  readonly path: ReadPath;
  readonly span: Span;
}

/** The result of a step at a path. `onSkip`: what stands there where the step was skipped; without it, the reader is skipped too. */
export interface StepReference {
  readonly kind: 'step';
  readonly step: string;
  readonly path: ReadPath;
  readonly onSkip?: Json;
  readonly span: Span;
}

/** A flow variable at a path; `fallback` where it has no value. */
export interface VariableReference {
  readonly kind: 'variable';
  readonly name: string;
  readonly path: ReadPath;
  readonly fallback?: Expression;
  readonly span: Span;
}

/** `$if`: only the arm taken is evaluated. */
export interface IfExpression {
  readonly kind: 'if';
  readonly condition: Expression;
  readonly consequent: Expression;
  readonly alternative: Expression;
  readonly span: Span;
}

/** `$coalesce`: the first item that is neither null, missing nor skipped; the items after it are not evaluated. */
export interface CoalesceExpression {
  readonly kind: 'coalesce';
  readonly items: readonly Expression[];
  readonly span: Span;
}

/** Anything that may stand for a value in a flow. */
export type Expression =
  | Literal
  | MapExpression
  | ListExpression
  | InputReference
  | StepReference
  | VariableReference
  | IfExpression
  | CoalesceExpression;

/** The expression that is the JSON `value`. */
export const literal = (value: Json, span: Span): Literal => ({ kind: 'literal', value, span });

/**
 * What a part is to the expression that it stands in: `part` of its value, evaluated whenever the whole is; `condition`,
 * of which only the truth counts; or, evaluated in some runs only, an `arm` of a choice, an `item` of a `$coalesce`, the
 * `fallback` of a variable.
 */
export type Role = 'part' | 'condition' | 'arm' | 'item' | 'fallback';

/**
 * An expression with each of the expressions that it is made of changed, in the order in which they are written. The same
 * object where none is. The one place that knows what each kind is made of.
 */
export function mapChildren(expression: Expression, change: (child: Expression, role: Role) => Expression): Expression {
  switch (expression.kind) {
    case 'literal':
    case 'input':
    case 'step':
      return expression;
    case 'map': {
      const entries = mapOrSame(expression.entries, (entry) => {
        const value = change(entry.value, 'part');
        return value === entry.value ? entry : { ...entry, value };
      });
      return entries === expression.entries ? expression : { ...expression, entries };
    }
    case 'list':
    case 'coalesce': {
      const role = expression.kind === 'list' ? 'part' : 'item';
      const items = mapOrSame(expression.items, (item) => change(item, role));
      return items === expression.items ? expression : { ...expression, items };
    }
    case 'if':
      return mapIf(expression, change);
    case 'variable': {
      const fallback = expression.fallback && change(expression.fallback, 'fallback');
      return fallback === undefined || fallback === expression.fallback ? expression : { ...expression, fallback };
    }
  }
}

function mapIf(expression: IfExpression, change: (child: Expression, role: Role) => Expression): IfExpression {
  const condition = change(expression.condition, 'condition');
  const consequent = change(expression.consequent, 'arm');
  const alternative = change(expression.alternative, 'arm');
  const isSame =
    condition === expression.condition &&
    consequent === expression.consequent &&
    alternative === expression.alternative;
  return isSame ? expression : { ...expression, condition, consequent, alternative };
}

/** Looks at each of the expressions that an expression is made of, in the order in which they are written. */
export function forEachChild(expression: Expression, look: (child: Expression, role: Role) => void): void {
  mapChildren(expression, (child, role) => {
    look(child, role);
    return child;
  });
}

/** The expressions that an expression is made of, in the order in which they are written; the values of a literal are none. */
export function childrenOf(expression: Expression): readonly Expression[] {
  const children: Expression[] = [];
  forEachChild(expression, (child) => children.push(child));
  return children;
}

/** An expression and all within it, each before what it is made of. */
export function allWithin(expression: Expression): readonly Expression[] {
  const found: Expression[] = [];
  const collect = (one: Expression): void => {
    found.push(one);
    forEachChild(one, collect);
  };
  collect(expression);
  return found;
}

/** A list with each item changed; the same list where none is. */
export function mapOrSame<Item>(items: readonly Item[], change: (item: Item) => Item): readonly Item[] {
  let changed: Item[] | undefined;
  for (const [at, item] of items.entries()) {
    const made = change(item);
    if (changed) changed.push(made);
    else if (made !== item) changed = [...items.slice(0, at), made];
  }
  return changed ?? items;
}
