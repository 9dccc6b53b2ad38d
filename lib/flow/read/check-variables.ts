import type { Reporter } from '../../diagnostics/diagnostics.ts';
import { referenceIn } from '../text/foreign-reference.ts';
import type { MapTree, Tree } from '../text/tree.ts';
import { isMeantAsFlow } from './flow-keys.ts';
import { EXPRESSION_KEYS } from './read-expression.ts';
import { ANNOTATIONS, ASSERTIONS, SCHEMA_TYPES } from './schema-keywords.ts';

/** Reports each value of a variable that looks like an expression or a schema: it is neither, but data. */
export function checkVariableValues(variables: Tree | undefined, isInner: boolean, reporter: Reporter): void {
  if (variables?.kind !== 'map') return;
  for (const [name, { value }] of variables.entries) {
    if (value.kind === 'map' && isMeantAsSchema(name, value))
      reporter.report('variable-value', { name, found: 'a schema', isInner }, value.span);
    else
      for (const { span } of expressionsIn(value))
        reporter.report('variable-value', { name, found: 'an expression', isInner }, span);
  }
}

/** What looks like an expression in a value. A flow that is data has expressions of its own. */
function expressionsIn(tree: Tree): readonly Tree[] {
  if (tree.kind === 'list') return tree.items.flatMap(expressionsIn);
  if (tree.kind === 'map') {
    if ([...tree.entries.keys()].some((key) => EXPRESSION_KEYS.includes(key))) return [tree];
    return isMeantAsFlow(tree) ? [] : [...tree.entries.values()].flatMap(({ value }) => expressionsIn(value));
  }
  // A text with a reference in it may be a template, which a component fills in.
  const isReference = typeof tree.value === 'string' && referenceIn(tree.value.trim(), new Set()) !== undefined;
  return isReference ? [tree] : [];
}

/** Whether a value declares a variable, as variablesSchema does. A schema of objects may be the value: that of a model's answer. */
function isMeantAsSchema(name: string, { entries }: MapTree): boolean {
  const type = entries.get('type')?.value;
  const types: readonly unknown[] = SCHEMA_TYPES;
  if (type?.kind !== 'scalar' || !types.includes(type.value) || /schema|format/i.test(name)) return false;
  const isDeclared =
    entries.has('default') || entries.has('is_secret') || !['object', 'array'].includes(String(type.value));
  return isDeclared && [...entries.keys()].every((key) => ASSERTIONS.has(key) || ANNOTATIONS.has(key));
}
