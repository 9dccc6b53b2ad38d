import type { Json } from '../../protocol/json.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import type { Environment, Expression } from './expression.ts';
import { BAIL_OUT } from './fast/closure.ts';
import { compileFast, type FastExpression } from './fast/compile.ts';
import { parseFast } from './fast/parser.ts';
import { parseWithPackage } from './package-expression.ts';
import { referencesOf } from './references.ts';

/** Parsed expressions by their text: state machines repeat themselves, and a loaded one is often loaded again. */
const parsed = new Map<string, Expression>();
const MOST_PARSED = 20_000;

/** Parses an expression once. Throws an {@link ExpressionError} for a syntax error. */
export function parseExpression(source: string): Expression {
  let expression = parsed.get(source);
  if (expression === undefined) {
    expression = new ParsedExpression(source);
    if (parsed.size >= MOST_PARSED) parsed.clear();
    parsed.set(source, expression);
  }
  return expression;
}

/**
 * Most expressions of a flow: `$a.b.c` and `$lookup($a, "b")`. They are JSONata for sure, so nothing is done with them
 * before they are evaluated; they begin with a variable, and have no other names.
 */
const SIMPLE =
  /^\$(?:[A-Za-z_]\w*(?:\.(?!(?:and|or|in|true|false|null)\b)[A-Za-z_]\w*)*|lookup\(\$[A-Za-z_]\w*, "[^"\\]*"\))$/;
const SOMETIMES = /^\$states\.(?:result|errorOutput)\b/;

function startOf(source: string): readonly string[] {
  const start = SOMETIMES.exec(source);
  return start ? [start[0]] : [];
}

/** What is in the fast subset is evaluated here, everything else, and what the subset is unsure of, by the package. */
class ParsedExpression implements Expression {
  readonly source: string;
  readonly references: readonly string[];
  #ast: unknown;
  /** The expression in the package, once it is needed. */
  #known: ReturnType<typeof parseWithPackage> | undefined;
  /** The expression in the fast subset, once it is evaluated; null where it is not in it. */
  #fast: FastExpression | null | undefined;

  constructor(source: string) {
    this.source = source;
    if (SIMPLE.test(source)) this.references = startOf(source);
    else {
      this.#ast = this.#parse();
      this.references = referencesOf(this.#ast);
    }
  }

  evaluate(environment: Environment): Json | undefined | Promise<Json | undefined> {
    if (this.#fast === undefined) this.#fast = this.#compile();
    const value = this.#fast === null ? BAIL_OUT : this.#fast.evaluate(environment);
    if (value !== BAIL_OUT) return value;
    this.#known ??= parseWithPackage(this.source);
    return this.#known.evaluate(environment);
  }

  #parse(): unknown {
    const tree = parseFast(this.source);
    if (tree !== undefined) return tree;
    this.#known = parseWithPackage(this.source);
    return this.#known.ast;
  }

  #compile(): FastExpression | null {
    const ast = this.#ast ?? this.#parse();
    // It is never asked for again.
    this.#ast = undefined;
    return mayBeTooDeep(this.source, ast) ? null : (compileFast(ast) ?? null);
  }
}

/** Whether an expression, as the package parses it, may evaluate deeper than AWS does, without calling itself. */
const mayBeTooDeep = (source: string, ast: unknown): boolean =>
  source.length > QUOTAS.expressionDepth && isDeeper(ast, QUOTAS.expressionDepth);

function isDeeper(node: unknown, levels: number): boolean {
  if (typeof node !== 'object' || node === null) return false;
  const left = 'type' in node && typeof node.type === 'string' ? levels - 1 : levels;
  return left < 0 || Object.values(node).some((part) => isDeeper(part, left));
}
