import { type Diagnostic, diagnose, type Span } from '../../diagnostics/diagnostics.ts';
import { allWithin } from '../../flow/expression.ts';
import { expressionsIn, type Flow } from '../../flow/flow.ts';
import { DEPTH_LIMIT, isTooDeep } from '../../flow/text/depth.ts';
import { nearest } from '../../flow/text/nearest.ts';
import { formatPath } from '../../protocol/describe.ts';
import type { Json } from '../../protocol/json.ts';
import { declaredVariables, secretVariables } from '../analyse/variables.ts';
import { findProblems } from './problems.ts';

/** Where a flow says nothing of a variable. */
const START: Span = { line: 1, column: 1, endLine: 1, endColumn: 2 };

/**
 * What is wrong with the values of a flow's variables, its own and those of a run: they do not fit its schema, or the
 * flow has no such variable. Whether all are there only shows when it runs.
 */
export function checkValues(flow: Flow, given: { readonly [name: string]: Json }): readonly Diagnostic[] {
  const values = { ...flow.variables, ...given };
  const declared = declaredVariables(flow.variablesSchema);
  // A value in the flow declares its variable, unless a schema lists them.
  const own = Object.keys(declared).length > 0 ? [] : Object.keys(flow.variables);
  const names = [...new Set([...Object.keys(declared), ...own, ...variablesRead(flow)])];
  const at = (name: string) => ({ file: flow.file, ...(flow.variablePlaces.get(name) ?? START) });
  const unknown = Object.keys(values).filter((name) => !names.includes(name));
  const deep = Object.keys(values).filter((name) => isTooDeep(values[name] ?? null));
  if (deep.length > 0) return deep.map((name) => diagnose('too-deep', { limit: DEPTH_LIMIT }, at(name)));
  return [
    ...unknown.map((name) =>
      diagnose('unknown-variable', { name, known: names, nearest: nearest(name, names) }, at(name)),
    ),
    ...misfits(flow, values).map(({ name, where, problem }) =>
      diagnose('variable-mismatch', { where, problem }, at(name)),
    ),
  ];
}

/** The names of the variables that a flow reads anywhere. */
const variablesRead = (flow: Flow): readonly string[] =>
  expressionsIn(flow)
    .flatMap(allWithin)
    .flatMap((one) => (one.kind === 'variable' ? [one.name] : []));

interface Misfit {
  readonly name: string;
  readonly where: string;
  readonly problem: string;
}

/** Each value against its own schema; what a message would show of a secret stays out of it. */
function misfits({ variablesSchema: root = true, ...flow }: Flow, values: { readonly [name: string]: Json }): Misfit[] {
  const secrets = secretVariables({ ...flow, variablesSchema: root });
  return Object.entries(declaredVariables(root)).flatMap(([name, schema]) => {
    const value = values[name];
    if (value === undefined) return [];
    return findProblems(value, { schema, root }, true).map(({ path, missing, problem }): Misfit => {
      const where = formatPath([name, ...path, ...(missing === undefined ? [] : [missing])]);
      return { name, where, problem: secrets.has(name) ? withoutValue(problem) : problem };
    });
  });
}

/** `is a string ("x"), but a number is wanted` without what was found. */
export function withoutValue(problem: string): string {
  const wanted = problem.lastIndexOf(', but ');
  return wanted < 0 ? problem : `is a secret${problem.slice(wanted)}`;
}
