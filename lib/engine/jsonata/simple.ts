import type { Ast } from './fast/closure.ts';

const NAME = /[A-Za-z_]\w*/.source;
const PATH = new RegExp(`^\\$(${NAME})((?:\\.${NAME})*)$`);
const LOOKUP = new RegExp(`^\\$lookup\\(\\$(${NAME}), "([^"\\\\]*)"\\)$`);

/** Words that are not names everywhere. */
const KEYWORDS: ReadonlySet<string> = new Set(['and', 'or', 'in', 'true', 'false', 'null']);

/**
 * The syntax tree of the two shapes that most expressions of a flow have, `$a.b.c` and `$lookup($a, "b")`, as the package
 * would give it but without positions; undefined for all others. Parsing with the package is most of what loading costs.
 */
export function simpleAst(source: string): Ast | undefined {
  const [, name, rest] = PATH.exec(source) ?? [];
  if (name !== undefined && rest !== undefined) return pathAst(name, rest.split('.').slice(1));
  const [, object, key] = LOOKUP.exec(source) ?? [];
  if (object === undefined || key === undefined) return undefined;
  const args = [variable(object), { type: 'string', value: key }];
  return { type: 'function', value: '(', arguments: args, procedure: variable('lookup') };
}

const variable = (name: string): Ast => ({ type: 'variable', value: name });

function pathAst(name: string, names: readonly string[]): Ast | undefined {
  if (names.length === 0) return variable(name);
  if (names.some((step) => KEYWORDS.has(step))) return undefined;
  const steps = names.map((step): Ast => ({ type: 'name', value: step }));
  return { type: 'path', value: undefined, steps: [variable(name), ...steps] };
}
