import { type Ast, isAst } from './fast/ast.ts';

/**
 * What an expression reads that AWS refuses, or allows in some places only: names and `$` outside of any value (a state
 * has no such context), `$$`, and `$states.result` and `$states.errorOutput`. Each once, in the order in which they are
 * written.
 */
export function referencesOf(ast: unknown): readonly string[] {
  const found = new Set<string>();
  if (isAst(ast)) walk(ast, false, found);
  return [...found];
}

/** What is said of names in a function's body, a predicate or a later step is said of the value they are applied to. */
const INSIDE = ['predicate', 'stages', 'group', 'body', 'pattern', 'update', 'delete', 'terms'];
const BESIDE = [
  'lhs',
  'rhs',
  'expression',
  'expressions',
  'procedure',
  'arguments',
  'condition',
  'then',
  'else',
  'expr',
];

/** `inside`: whether there is a value that a name may be of. */
function walk(node: Ast, inside: boolean, found: Set<string>): void {
  if (node.type === 'variable') noteVariable(node, inside, found);
  else if (node.type === 'name' && !inside) found.add(String(node.value));
  else if (node.type === 'path') walkPath(node, inside, found);
  // The right side of `~>` and of a binding are expressions like any other; the left side of a binding is only a name.
  for (const field of BESIDE) {
    if (node.type !== 'bind' || field !== 'lhs') walkAll(node[field], inside, found);
  }
  for (const field of INSIDE) walkAll(node[field], true, found);
}

function walkAll(part: unknown, inside: boolean, found: Set<string>): void {
  if (Array.isArray(part)) for (const item of part) walkAll(item, inside, found);
  else if (isAst(part)) walk(part, inside, found);
  // The parts of a sort and of a grouping stand in plain objects.
  else if (typeof part === 'object' && part !== null && 'expression' in part) walkAll(part.expression, inside, found);
  else if (typeof part === 'object' && part !== null && 'lhs' in part) walkAll(part.lhs, inside, found);
}

function noteVariable({ value }: Ast, inside: boolean, found: Set<string>): void {
  if (value === '$') found.add('$$');
  else if (value === '' && !inside) found.add('$');
}

/** The fields of `$states` that are not there everywhere. */
const SOMETIMES: ReadonlySet<unknown> = new Set(['result', 'errorOutput']);

function walkPath({ steps }: Ast, inside: boolean, found: Set<string>): void {
  if (!Array.isArray(steps)) return;
  const [first, second] = steps.filter(isAst);
  if (first?.type === 'variable' && first.value === 'states' && SOMETIMES.has(second?.value))
    found.add(`$states.${second?.value}`);
  for (const [index, step] of steps.entries()) if (isAst(step)) walk(step, inside || index > 0, found);
}
