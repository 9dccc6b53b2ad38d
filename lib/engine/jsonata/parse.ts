import { mayBeTooDeep } from './depth.ts';
import type { Environment, Expression } from './expression.ts';
import { UNSURE } from './fast/closure.ts';
import { compileFast } from './fast/compile.ts';
import { parseFast } from './fast/parser.ts';
import { type Evaluate, parseWithPackage } from './package-expression.ts';
import { referencesOf } from './references.ts';

/** Parsed expressions by their text: state machines repeat themselves, and a loaded one is often loaded again. */
const parsed = new Map<string, Expression>();
const MOST_PARSED = 20_000;

/** Parses an expression once. Throws an {@link ExpressionError} for a syntax error. */
export function parseExpression(source: string): Expression {
  let expression = parsed.get(source);
  if (expression === undefined) {
    expression = parse(source);
    if (parsed.size >= MOST_PARSED) parsed.clear();
    parsed.set(source, expression);
  }
  return expression;
}

/** Most expressions of a flow: `$a.b.c` and `$lookup($a, "b")`. They begin with a variable, and have no other names. */
const SIMPLE = /^\$(?:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*|lookup\(\$[A-Za-z_]\w*, "[^"]*"\))$/;
const SOMETIMES = /^\$states\.(?:result|errorOutput)\b/;
const NONE: readonly string[] = [];

function startOf(source: string): readonly string[] {
  const start = SOMETIMES.exec(source);
  return start ? [start[0]] : NONE;
}

/** What is in the fast subset is evaluated here, everything else, and what the subset is unsure of, by the package. */
function parse(source: string): Expression {
  const tree = parseFast(source);
  let known = tree ? undefined : parseWithPackage(source);
  const ast = tree ?? known?.ast;
  const references = SIMPLE.test(source) ? startOf(source) : referencesOf(ast);
  const fast = mayBeTooDeep(source, ast) ? undefined : compileFast(ast);
  const slow: Evaluate = (environment) => {
    known ??= parseWithPackage(source);
    return known.evaluate(environment);
  };
  if (fast === undefined) return { source, references, evaluate: slow };
  return {
    source,
    references,
    evaluate(environment: Environment) {
      const value = fast.evaluate(environment);
      return value === UNSURE ? slow(environment) : value;
    },
  };
}
