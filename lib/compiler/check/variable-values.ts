import { type Diagnostic, diagnose, type Span } from '../../diagnostics/diagnostics.ts';
import { allWithin } from '../../flow/expression.ts';
import { expressionsIn, type Flow } from '../../flow/flow.ts';
import { isTooDeep } from '../../flow/text/depth.ts';
import { Suggestions } from '../../flow/text/nearest.ts';
import { formatPath } from '../../protocol/describe.ts';
import { DEPTH_LIMIT, isObject, type Json } from '../../protocol/json.ts';
import { declaredVariables, ownValues, requiredVariables, secretVariables } from '../analyse/variables.ts';
import { findProblems } from './problems.ts';

/** The span of a variable that the flow does not mention. */
export const FILE_START: Span = { line: 1, column: 1, endLine: 1, endColumn: 2 };

/**
 * Checks the values of a flow's variables, its own and those given to a run: each must match variablesSchema, and the flow
 * must have a variable of that name. Whether every variable has a value is only known when the flow runs.
 */
export function checkVariableValues(flow: Flow, given: { readonly [name: string]: Json }): readonly Diagnostic[] {
  const values = { ...flow.variables, ...given };
  const declared = declaredVariables(flow.variablesSchema);
  // A value in the flow declares its variable, unless a schema lists them.
  const own = Object.keys(declared).length > 0 ? [] : Object.keys(flow.variables);
  const required = requiredVariables(flow.variablesSchema);
  const names = [...new Set([...Object.keys(declared), ...required, ...own, ...variablesRead(flow)])];
  const known = new Set(names);
  const suggestions = new Suggestions(names);
  const at = (name: string) => ({ file: flow.file, ...(flow.variableSpans.get(name) ?? FILE_START) });
  const unknown = Object.keys(values).filter((name) => !known.has(name));
  const deep = Object.keys(values).filter((name) => isTooDeep(values[name] ?? null));
  if (deep.length > 0) return deep.map((name) => diagnose('too-deep', { limit: DEPTH_LIMIT }, at(name)));
  return [
    ...unknown.map((name) =>
      diagnose('unknown-variable', { name, known: names, nearest: suggestions.nearest(name) }, at(name)),
    ),
    ...findMismatches(flow, values).map(({ name, where, problem }) =>
      diagnose('variable-mismatch', { where, problem }, at(name)),
    ),
  ];
}

/**
 * Checks the values that a step gives to the variables of a flow which is only known at run time. Names that the flow does not
 * know have no effect, unless its variablesSchema refuses them.
 */
export function checkGivenValues(flow: Flow, given: { readonly [name: string]: Json }): readonly Diagnostic[] {
  const { variablesSchema: schema } = flow;
  const values = { ...ownValues(flow), ...given };
  const missing = requiredVariables(schema).filter((name) => !Object.hasOwn(values, name));
  const found = [
    ...checkVariableValues(flow, given),
    ...missing.map((name) =>
      diagnose('missing-variable', { name, inner: true, required: true }, { file: flow.file, ...FILE_START }),
    ),
  ];
  if (!isObject(schema) || schema.additionalProperties !== false) return found;
  const declared = declaredVariables(schema);
  const refused = Object.keys(given).filter((name) => !Object.hasOwn(declared, name));
  const at = { file: flow.file, ...FILE_START };
  return [
    ...found,
    ...refused.map((name) => diagnose('variable-mismatch', { where: name, problem: 'is not declared' }, at)),
  ];
}

/** The names of all variables that a flow reads. */
const variablesRead = (flow: Flow): readonly string[] =>
  expressionsIn(flow)
    .flatMap(allWithin)
    .flatMap((one) => (one.kind === 'variable' ? [one.name] : []));

interface Mismatch {
  readonly name: string;
  readonly where: string;
  readonly problem: string;
}

/** Checks each value against its own schema. Messages do not show the value of a secret. */
function findMismatches(
  { variablesSchema: root = true, ...flow }: Flow,
  values: { readonly [name: string]: Json },
): Mismatch[] {
  const secrets = secretVariables({ ...flow, variablesSchema: root });
  return Object.entries(declaredVariables(root)).flatMap(([name, schema]) => {
    const value = values[name];
    if (value === undefined) return [];
    return findProblems(value, { schema, root }, true).map(({ path, missing, problem }): Mismatch => {
      const where = formatPath([name, ...path, ...(missing === undefined ? [] : [missing])]);
      return { name, where, problem: secrets.has(name) ? redactValue(problem) : problem };
    });
  });
}

/** A problem such as `is a string ("x"), but a number is expected` without the value that was found. */
export function redactValue(problem: string): string {
  const expected = problem.lastIndexOf(', but ');
  return expected < 0 ? problem : `is a secret${problem.slice(expected)}`;
}
