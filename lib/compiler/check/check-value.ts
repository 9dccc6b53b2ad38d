import type { Span } from '../../diagnostics/diagnostics.ts';
import type { Expression, ListExpression, Literal, MapExpression } from '../../flow/expression.ts';
import { nearest } from '../../flow/text/nearest.ts';
import { type Segment, valueAt } from '../../protocol/path.ts';
import { passes } from '../../protocol/truth.ts';
import { clashOfLength, MISSING, misfit, UNWANTED } from './misfit.ts';
import { findProblems } from './problems.ts';
import type { Scope } from './scope.ts';
import { isElided, present, type Type, writtenType } from './type.ts';
import { accessOf, typeOf } from './type-of.ts';
import { type Variant, variantsOf } from './variants.ts';

/** What is told of an expression whose value cannot fit. */
export interface ValueReport {
  /** Something there can never fit. */
  readonly misfit: (path: readonly Segment[], problem: string, span: Span) => void;
  /** A field is written that what is wanted does not list. */
  readonly unlisted: (field: string, known: readonly string[], near: string | undefined, span: Span) => void;
}

/** Reports each part of an expression, at its own place, that can never be what is wanted. */
export function checkValue(expression: Expression, wanted: Type, scope: Scope, report: ValueReport): void {
  new Check(scope, report).value(expression, wanted, []);
}

class Check {
  readonly #scope: Scope;
  readonly #report: ValueReport;

  constructor(scope: Scope, report: ValueReport) {
    this.#scope = scope;
    this.#report = report;
  }

  value(expression: Expression, wanted: Type, path: readonly Segment[]): void {
    switch (expression.kind) {
      case 'literal':
        this.#literal(expression, wanted, path);
        break;
      case 'map':
        this.#map(expression, wanted, path);
        break;
      case 'list':
        this.#list(expression, wanted, path);
        break;
      case 'if':
        this.value(expression.consequent, wanted, path);
        this.value(expression.alternative, wanted, path);
        break;
      case 'coalesce':
        for (const item of expression.items) this.#alternative(item, wanted, path);
        break;
      case 'variable':
        if (expression.fallback) this.value(expression.fallback, wanted, path);
        this.#type(accessOf(expression, this.#scope).type, wanted, path, expression.span);
        break;
      default:
        this.#type(typeOf(expression, this.#scope), wanted, path, expression.span);
    }
  }

  #type(found: Type, wanted: Type, path: readonly Segment[], span: Span): void {
    const problem = misfit(found, wanted);
    if (problem) this.#report.misfit([...path, ...problem.path], problem.problem, span);
  }

  /** An item of a `$coalesce` that is null is passed over. */
  #alternative(item: Expression, wanted: Type, path: readonly Segment[]): void {
    if (item.kind === 'literal' && !passes(item.value, 'present')) return;
    if (item.kind === 'literal' || item.kind === 'map' || item.kind === 'list') this.value(item, wanted, path);
    else this.#type(present(typeOf(item, this.#scope)), wanted, path, item.span);
  }

  #literal(literal: Literal, wanted: Type, path: readonly Segment[]): void {
    if (wanted.kind === 'schema') this.#constant(literal, wanted, path);
    else this.#type(writtenType(literal.value), wanted, path, literal.span);
    if (literal.entries && !literal.tree) this.#unlisted(literal.entries, wanted);
  }

  #constant(literal: Literal, wanted: Extract<Type, { kind: 'schema' }>, path: readonly Segment[]): void {
    for (const { path: inside, missing, problem } of findProblems(literal.value, wanted)) {
      // What stands for something else may fit.
      if (missing === undefined && isElided(valueAt(literal.value, { segments: inside }) ?? null)) continue;
      const where = missing === undefined ? inside : [...inside, missing];
      this.#report.misfit([...path, ...where], problem, spanIn(literal, inside));
    }
  }

  #map(map: MapExpression, wanted: Type, path: readonly Segment[]): void {
    const fields = onlyOf(wanted, 'object')?.fields;
    if (fields) this.#fields(map, fields, path);
    else this.#type(typeOf(map, this.#scope), wanted, path, map.span);
    this.#unlisted(map.entries, wanted);
  }

  #fields({ entries, span }: MapExpression, fields: NonNullable<Variant['fields']>, path: readonly Segment[]): void {
    for (const { key, keySpan, value } of entries) {
      const { presence, type } = fields.get(key);
      if (presence === 'never') this.#report.misfit([...path, key], UNWANTED.problem, keySpan);
      else this.value(value, type, [...path, key]);
    }
    const written = new Set(entries.map(({ key }) => key));
    for (const name of fields.names) {
      const lacking = !written.has(name) && fields.get(name).presence === 'always';
      if (lacking) this.#report.misfit([...path, name], MISSING.problem, span);
    }
  }

  #unlisted(entries: MapExpression['entries'], wanted: Type): void {
    const fields = onlyOf(wanted, 'object')?.fields;
    if (!fields) return;
    const written = entries.map(({ key }) => key);
    const free = fields.names.filter((name) => !written.includes(name));
    for (const { key, keySpan } of entries) {
      if (fields.get(key).presence === 'unlisted')
        this.#report.unlisted(key, fields.names, nearest(key, free), keySpan);
    }
  }

  #list(list: ListExpression, wanted: Type, path: readonly Segment[]): void {
    const items = onlyOf(wanted, 'array')?.items;
    if (items) this.#items(list, items, path);
    else this.#type(typeOf(list, this.#scope), wanted, path, list.span);
  }

  #items(
    { items: written, span }: ListExpression,
    items: NonNullable<Variant['items']>,
    path: readonly Segment[],
  ): void {
    const length = { least: written.length, most: written.length, get: () => undefined };
    const problem = clashOfLength(length, items);
    if (problem) this.#report.misfit(path, problem.problem, span);
    for (const [index, item] of written.entries()) {
      const type = items.get(index);
      if (type) this.value(item, type, [...path, index]);
    }
  }
}

/** The one form of this kind that a type has; undefined where it has none, or several. */
function onlyOf(type: Type, kind: Variant['kind']): Variant | undefined {
  const found = variantsOf(type).filter((variant) => variant.kind === kind);
  return found.length === 1 ? found[0] : undefined;
}

/** The place of a part of a literal: as near as its text is known. */
function spanIn(literal: Literal, [head, ...rest]: readonly Segment[]): Span {
  const entry = literal.entries?.find(({ key }) => key === head)?.value;
  return entry?.kind === 'literal' ? spanIn(entry, rest) : literal.span;
}
