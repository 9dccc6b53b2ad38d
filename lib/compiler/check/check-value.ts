import type { Span } from '../../diagnostics/diagnostics.ts';
import type { Expression, ListExpression, Literal, MapExpression } from '../../flow/expression.ts';
import { Suggestions } from '../../flow/text/nearest.ts';
import { type Segment, valueAt } from '../../protocol/path.ts';
import { passes } from '../../protocol/truth.ts';
import { findMismatch, lengthMismatch, MISSING, NOT_ALLOWED } from './mismatch.ts';
import { findProblems } from './problems.ts';
import type { Scope } from './scope.ts';
import { isElided, nonNull, type Type, writtenType } from './type.ts';
import { accessOf, armsOf, typeOf } from './type-of.ts';
import type { Variant } from './variant.ts';
import { variantsOf } from './variants.ts';

/** Receives the problems of an expression whose value cannot match the expected type. */
export interface ValueReport {
  /** A part of the value can never match. */
  readonly mismatch: (path: readonly Segment[], problem: string, span: Span) => void;
  /** A field is written that the expected type neither lists nor forbids. */
  readonly unlisted: (field: string, known: readonly string[], nearest: string | undefined, span: Span) => void;
}

/** Reports each part of an expression that can never match the expected type, at the span of that part. */
export function checkValue(expression: Expression, expected: Type, scope: Scope, report: ValueReport): void {
  new Check(scope, report).value(expression, expected, []);
}

class Check {
  readonly #scope: Scope;
  readonly #report: ValueReport;

  constructor(scope: Scope, report: ValueReport) {
    this.#scope = scope;
    this.#report = report;
  }

  value(expression: Expression, expected: Type, path: readonly Segment[]): void {
    switch (expression.kind) {
      case 'literal':
        this.#literal(expression, expected, path);
        break;
      case 'map':
        this.#map(expression, expected, path);
        break;
      case 'list':
        this.#list(expression, expected, path);
        break;
      case 'if':
        // What an operator gives is not written in its arms.
        if (expression.written) this.#type(typeOf(expression, this.#scope), expected, path, expression.span);
        else for (const arm of armsOf(expression)) this.value(arm, expected, path);
        break;
      case 'coalesce':
        for (const item of expression.items) this.#alternative(item, expected, path);
        break;
      case 'variable':
        if (expression.fallback) this.value(expression.fallback, expected, path);
        this.#type(accessOf(expression, this.#scope).type, expected, path, expression.span);
        break;
      default:
        this.#type(typeOf(expression, this.#scope), expected, path, expression.span);
    }
  }

  #type(found: Type, expected: Type, path: readonly Segment[], span: Span): void {
    const problem = findMismatch(found, expected);
    if (problem) this.#report.mismatch([...path, ...problem.path], problem.problem, span);
  }

  /** A `$coalesce` ignores an item that is null. */
  #alternative(item: Expression, expected: Type, path: readonly Segment[]): void {
    if (item.kind === 'literal' && !passes(item.value, 'present')) return;
    if (item.kind === 'literal' || item.kind === 'map' || item.kind === 'list') this.value(item, expected, path);
    else this.#type(nonNull(typeOf(item, this.#scope)), expected, path, item.span);
  }

  #literal(literal: Literal, expected: Type, path: readonly Segment[]): void {
    if (expected.kind === 'schema') this.#constant(literal, expected, path);
    else this.#type(writtenType(literal.value), expected, path, literal.span);
    if (literal.entries && !literal.tree) this.#unlisted(literal.entries, expected);
  }

  #constant(literal: Literal, expected: Extract<Type, { kind: 'schema' }>, path: readonly Segment[]): void {
    for (const { path: inside, missing, problem } of findProblems(literal.value, expected)) {
      // An elided value ("...") stands for one that may match.
      if (missing === undefined && isElided(valueAt(literal.value, { segments: inside }) ?? null)) continue;
      const where = missing === undefined ? inside : [...inside, missing];
      this.#report.mismatch([...path, ...where], problem, spanIn(literal, inside));
    }
  }

  #map(map: MapExpression, expected: Type, path: readonly Segment[]): void {
    const fields = onlyOf(expected, 'object')?.fields;
    if (fields) this.#fields(map, fields, path);
    else this.#type(typeOf(map, this.#scope), expected, path, map.span);
    this.#unlisted(map.entries, expected);
  }

  #fields({ entries, span }: MapExpression, fields: NonNullable<Variant['fields']>, path: readonly Segment[]): void {
    for (const { key, keySpan, value } of entries) {
      const { presence, type } = fields.get(key);
      if (presence === 'never') this.#report.mismatch([...path, key], NOT_ALLOWED.problem, keySpan);
      else this.value(value, type, [...path, key]);
    }
    const written = new Set(entries.map(({ key }) => key));
    for (const name of fields.names) {
      const isMissing = !written.has(name) && fields.get(name).presence === 'always';
      if (isMissing) this.#report.mismatch([...path, name], MISSING.problem, span);
    }
  }

  #unlisted(entries: MapExpression['entries'], expected: Type): void {
    const fields = onlyOf(expected, 'object')?.fields;
    if (!fields) return;
    const written = new Set(entries.map(({ key }) => key));
    const free = new Suggestions(fields.names.filter((name) => !written.has(name)));
    for (const { key, keySpan } of entries) {
      if (fields.get(key).presence === 'unlisted') this.#report.unlisted(key, fields.names, free.nearest(key), keySpan);
    }
  }

  #list(list: ListExpression, expected: Type, path: readonly Segment[]): void {
    const items = onlyOf(expected, 'array')?.items;
    if (items) this.#items(list, items, path);
    else this.#type(typeOf(list, this.#scope), expected, path, list.span);
  }

  #items(
    { items: written, span }: ListExpression,
    items: NonNullable<Variant['items']>,
    path: readonly Segment[],
  ): void {
    const length = { least: written.length, most: written.length };
    const problem = lengthMismatch(length, items);
    if (problem) this.#report.mismatch(path, problem.problem, span);
    for (const [index, item] of written.entries()) {
      const type = items.get(index);
      if (type) this.value(item, type, [...path, index]);
    }
  }
}

/** The only variant of this kind that a type has; undefined where it has none, or several. */
function onlyOf(type: Type, kind: Variant['kind']): Variant | undefined {
  const found = variantsOf(type).filter((variant) => variant.kind === kind);
  return found.length === 1 ? found[0] : undefined;
}

/** The span of a part of a literal, or of the innermost map around it whose span is known. */
function spanIn(literal: Literal, [head, ...rest]: readonly Segment[]): Span {
  const entry = literal.entries?.find(({ key }) => key === head)?.value;
  return entry?.kind === 'literal' ? spanIn(entry, rest) : literal.span;
}
