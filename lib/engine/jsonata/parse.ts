import { mayBeTooDeep } from './depth.ts';
import type { Environment, Expression } from './expression.ts';
import { UNSURE } from './fast/closure.ts';
import { compileFast } from './fast/compile.ts';
import { type Evaluate, parseWithPackage } from './package-expression.ts';
import { referencesOf } from './references.ts';
import { simpleAst } from './simple.ts';

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

const NONE: readonly string[] = [];
const SOMETIMES = /^\$states\.(?:result|errorOutput)\b/;

function startOf(source: string): readonly string[] {
  const start = SOMETIMES.exec(source);
  return start ? [start[0]] : NONE;
}

/** What is in the fast subset is evaluated here, everything else, and what the subset is unsure of, by the package. */
function parse(source: string): Expression {
  const simple = simpleAst(source);
  let known = simple ? undefined : parseWithPackage(source);
  // The simple shapes begin with a variable, and have no other names.
  const references = simple ? startOf(source) : referencesOf(known?.ast);
  const fast = mayBeTooDeep(source, known?.ast) ? undefined : compileFast(simple ?? known?.ast);
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
