import { BoundedCache } from '../../protocol/bounded-cache.ts';
import type { Json } from '../../protocol/json.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import { type Environment, type Expression, ExpressionError, NO_CODE } from './expression.ts';
import { BAIL_OUT } from './fast/closure.ts';
import { compileFast, type FastExpression } from './fast/compile.ts';
import { parseFast } from './fast/parser.ts';
import { parseWithPackage } from './package-expression.ts';
import { referencesOf } from './references.ts';

/**
 * Parsed expressions by their text: state machines repeat expressions, and are often loaded again. A parsed expression takes
 * some twenty times the bytes of its text.
 */
const parsed = new BoundedCache<Expression>(2 ** 21);

/** Parses an expression, or takes it from the cache. Throws an {@link ExpressionError} for a syntax error. */
export const parseExpression = (source: string): Expression => parsed.get(source, () => parse(source));

/** The levels that an expression may have: far more than can be evaluated. */
const MAX_LEVELS = 1000;

function parse(source: string): Expression {
  try {
    return new ParsedExpression(source);
  } catch (thrown) {
    // The stack ended while a parser, or a walk through the tree, was as deep as the expression.
    throw thrown instanceof RangeError ? tooDeep() : thrown;
  }
}

const tooDeep = (): ExpressionError =>
  new ExpressionError(NO_CODE, `Expression is nested more than ${MAX_LEVELS} levels deep`);

/**
 * The most frequent expressions: `$a.b.c` and `$lookup($a, "b")`. They are certainly valid JSONata and their only
 * reference is the variable at the start, so they are parsed only when they are first evaluated.
 */
const SIMPLE =
  /^\$(?:[A-Za-z_]\w*(?:\.(?!(?:and|or|in|true|false|null)\b)[A-Za-z_]\w*)*|lookup\(\$[A-Za-z_]\w*, "[^"\\]*"\))$/;
const CONDITIONAL_REFERENCE = /^\$states\.(?:result|errorOutput)\b/;

function simpleReferences(source: string): readonly string[] {
  const start = CONDITIONAL_REFERENCE.exec(source);
  return start ? [start[0]] : [];
}

/** Evaluates an expression of the fast subset here, and with the package if it is not in the subset or evaluation bails out. */
class ParsedExpression implements Expression {
  readonly source: string;
  readonly references: readonly string[];
  #ast: unknown;
  /** The expression as compiled by the package, once it is needed. */
  #packaged: ReturnType<typeof parseWithPackage> | undefined;
  /** The expression as compiled for the fast subset, once it is evaluated; null if it is not in the subset. */
  #fast: FastExpression | null | undefined;

  constructor(source: string) {
    this.source = source;
    if (SIMPLE.test(source)) this.references = simpleReferences(source);
    else {
      this.#ast = this.#parse();
      if (source.length > MAX_LEVELS && isDeeper(this.#ast, MAX_LEVELS)) throw tooDeep();
      this.references = referencesOf(this.#ast);
    }
  }

  evaluate(environment: Environment): Json | undefined | Promise<Json | undefined> {
    if (this.#fast === undefined) this.#fast = this.#compile();
    const value = this.#fast === null ? BAIL_OUT : this.#fast.evaluate(environment);
    if (value !== BAIL_OUT) return value;
    this.#packaged ??= parseWithPackage(this.source);
    return this.#packaged.evaluate(environment);
  }

  #parse(): unknown {
    const tree = parseFast(this.source);
    if (tree !== undefined) return tree;
    this.#packaged = parseWithPackage(this.source);
    return this.#packaged.ast;
  }

  #compile(): FastExpression | null {
    const ast = this.#ast ?? this.#parse();
    // It is not needed any more.
    this.#ast = undefined;
    return mayBeTooDeep(this.source, ast) ? null : (compileFast(ast) ?? null);
  }
}

/** Whether an expression may evaluate deeper than AWS allows, even without recursion. */
const mayBeTooDeep = (source: string, ast: unknown): boolean =>
  source.length > QUOTAS.expressionDepth && isDeeper(ast, QUOTAS.expressionDepth);

function isDeeper(node: unknown, levels: number): boolean {
  if (typeof node !== 'object' || node === null) return false;
  const remaining = 'type' in node && typeof node.type === 'string' ? levels - 1 : levels;
  return remaining < 0 || Object.values(node).some((part) => isDeeper(part, remaining));
}
