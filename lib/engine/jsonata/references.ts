import { type Ast, isAst } from './fast/ast.ts';

/**
 * The references of an expression that AWS refuses or allows only in some fields: `$$`, names and `$` without a context
 * value (a state has none), `$states.result` and `$states.errorOutput`. Each once, in the order of the text.
 */
export function referencesOf(ast: unknown): readonly string[] {
  const found = new Set<string>();
  if (isAst(ast)) walk(ast, false, found);
  return [...found];
}

/** The fields with a context value: names in a function's body, a predicate or a later step refer to that value. */
const WITH_CONTEXT_VALUE = ['predicate', 'stages', 'group', 'body', 'pattern', 'update', 'delete', 'terms'];
/** The fields whose context value is that of the node. */
const SAME_CONTEXT_VALUE = [
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

/** `hasContextValue`: whether there is a value that a name can refer to. */
function walk(node: Ast, hasContextValue: boolean, found: Set<string>): void {
  if (node.type === 'variable') addVariable(node, hasContextValue, found);
  else if (node.type === 'name' && !hasContextValue) found.add(String(node.value));
  else if (node.type === 'path') walkPath(node, hasContextValue, found);
  // The right side of `~>` and of a binding are expressions like any other; the left side of a binding is only a name.
  for (const field of SAME_CONTEXT_VALUE) {
    if (node.type !== 'bind' || field !== 'lhs') walkAll(node[field], hasContextValue, found);
  }
  for (const field of WITH_CONTEXT_VALUE) walkAll(node[field], true, found);
}

function walkAll(part: unknown, hasContextValue: boolean, found: Set<string>): void {
  if (Array.isArray(part)) for (const item of part) walkAll(item, hasContextValue, found);
  else if (isAst(part)) walk(part, hasContextValue, found);
  // The parts of a sort and of a grouping are in plain objects.
  else if (typeof part === 'object' && part !== null && 'expression' in part)
    walkAll(part.expression, hasContextValue, found);
  else if (typeof part === 'object' && part !== null && 'lhs' in part) walkAll(part.lhs, hasContextValue, found);
}

function addVariable({ value }: Ast, hasContextValue: boolean, found: Set<string>): void {
  if (value === '$') found.add('$$');
  else if (value === '' && !hasContextValue) found.add('$');
}

/** The fields of `$states` that are not available everywhere. */
const CONDITIONAL_FIELDS: ReadonlySet<unknown> = new Set(['result', 'errorOutput']);

function walkPath({ steps }: Ast, hasContextValue: boolean, found: Set<string>): void {
  if (!Array.isArray(steps)) return;
  const [first, second] = steps.filter(isAst);
  if (first?.type === 'variable' && first.value === 'states' && CONDITIONAL_FIELDS.has(second?.value))
    found.add(`$states.${second?.value}`);
  for (const [index, step] of steps.entries()) if (isAst(step)) walk(step, hasContextValue || index > 0, found);
}
