import type { Span } from '../diagnostics/diagnostics.ts';
import type { Json } from '../protocol/json.ts';
import type { Operator } from '../protocol/operators.ts';
import type { Path } from '../protocol/path.ts';
import type { Tree } from './text/tree.ts';

/** A path as written, which also serves as the key of a slot (`$` for the whole), and as parsed. Passes make further ones. */
export interface ReadPath {
  readonly text: string;
  readonly path: Path;
  /** Set if the value is never missing where it is read. */
  readonly guaranteed?: true;
  /** Its position in the text; absent for a path that is not written. */
  readonly span?: Span;
}

/** The path of the whole value. */
export const WHOLE: ReadPath = { text: '$', path: { segments: [] } };

/** A value with nothing to evaluate. */
export interface Literal {
  readonly kind: 'literal';
  readonly value: Json;
  /** The tree of a `$literal`, with positions: an inner flow is read from it. */
  readonly tree?: Tree;
  /** The entries of a map, with positions. */
  readonly entries?: MapExpression['entries'];
  /** The path of a secret variable; `value` replaces it where no marker is allowed: see lib/protocol/markers.ts. */
  readonly secret?: string;
  readonly span: Span;
}

/** A map that contains expressions to evaluate. */
export interface MapExpression {
  readonly kind: 'map';
  readonly entries: readonly { readonly key: string; readonly keySpan: Span; readonly value: Expression }[];
  readonly span: Span;
}

/** A list that contains expressions to evaluate. */
export interface ListExpression {
  readonly kind: 'list';
  readonly items: readonly Expression[];
  readonly span: Span;
}

/** A path of the flow's input. */
export interface InputReference {
  readonly kind: 'input';
  readonly path: ReadPath;
  readonly span: Span;
}

/** A path of a step's result. `onSkip`: the value if the step was skipped; without it, the reader is skipped too. */
export interface StepReference {
  readonly kind: 'step';
  readonly step: string;
  readonly path: ReadPath;
  readonly onSkip?: Json;
  readonly span: Span;
}

/** A path of a flow variable; `fallback` if it has no value. */
export interface VariableReference {
  readonly kind: 'variable';
  readonly name: string;
  readonly path: ReadPath;
  readonly fallback?: Expression;
  /**
   * Set in an inner flow where only a run knows what is given to the variable. `value`: what is at the path, `presence`:
   * whether anything is, as a boolean.
   */
  readonly given?: 'value' | 'presence';
  readonly span: Span;
}

/** `$if`: only the arm taken is evaluated. Where one is taken in every run, it may be both arms. */
export interface IfExpression {
  readonly kind: 'if';
  /** How it is written. @default $if */
  readonly written?: '$and' | '$or' | '$not' | '$ne';
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

/** An operator such as `$eq` or `$length`: all its operands are evaluated. */
export interface OperationExpression {
  readonly kind: 'operation';
  /**
   * Two are in no flow. `operands`: a list of its operands, each in a list of its own, which is empty where it is missing.
   * `coalesce`: the first operand that is neither null nor missing, for a function that alone knows whether one is.
   */
  readonly operator: Operator | 'operands' | 'coalesce';
  readonly operands: readonly Expression[];
  readonly span: Span;
}

/** Any value in a flow. */
export type Expression =
  | Literal
  | MapExpression
  | ListExpression
  | InputReference
  | StepReference
  | VariableReference
  | IfExpression
  | CoalesceExpression
  | OperationExpression;

/** The expression for a JSON value. */
export const literal = (value: Json, span: Span): Literal => ({ kind: 'literal', value, span });

/**
 * The role of a child in its expression: `part` of its value, evaluated whenever the whole is; `operand`, likewise, which the
 * value is made of; `condition`, of which only the truth counts; or, evaluated in some runs only, an `arm` of an `$if`, an
 * `item` of a `$coalesce`, the `fallback` of a variable.
 */
export type Role = 'part' | 'operand' | 'condition' | 'arm' | 'item' | 'fallback';

/**
 * Maps the children of an expression, in the order in which they are written. Returns the same object if no child changes.
 * The only place that knows the children of each kind.
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
    case 'operation': {
      const operands = mapOrSame(expression.operands, (operand) => change(operand, 'operand'));
      return operands === expression.operands ? expression : { ...expression, operands };
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
  const isOneArm = expression.alternative === expression.consequent;
  const alternative = isOneArm ? consequent : change(expression.alternative, 'arm');
  const isSame =
    condition === expression.condition &&
    consequent === expression.consequent &&
    alternative === expression.alternative;
  return isSame ? expression : { ...expression, condition, consequent, alternative };
}

/** Visits the children of an expression, in the order in which they are written. */
export function forEachChild(expression: Expression, visit: (child: Expression, role: Role) => void): void {
  mapChildren(expression, (child, role) => {
    visit(child, role);
    return child;
  });
}

/** The children of an expression, in the order in which they are written. A literal has none. */
export function childrenOf(expression: Expression): readonly Expression[] {
  const children: Expression[] = [];
  forEachChild(expression, (child) => children.push(child));
  return children;
}

/** An expression and all its descendants, in pre-order. */
export function allWithin(expression: Expression): readonly Expression[] {
  const found: Expression[] = [];
  const collect = (one: Expression): void => {
    found.push(one);
    forEachChild(one, collect);
  };
  collect(expression);
  return found;
}

/** Maps the items of a list. Returns the same list if no item changes. */
export function mapOrSame<Item>(items: readonly Item[], change: (item: Item) => Item): readonly Item[] {
  let changed: Item[] | undefined;
  for (const [at, item] of items.entries()) {
    const made = change(item);
    if (changed) changed.push(made);
    else if (made !== item) changed = [...items.slice(0, at), made];
  }
  return changed ?? items;
}
