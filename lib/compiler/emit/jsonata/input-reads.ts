import { type ReadPath, type VariableReference, WHOLE } from '../../../flow/expression.ts';
import { formatPath } from '../../../protocol/describe.ts';
import { pathsIn } from '../../../protocol/operation.ts';
import { givenSegments, variableKey, variablePaths, variablesOfOperation } from '../../analyse/given-variables.ts';
import type { Reference, Use } from '../../analyse/uses.ts';
import { usesOfClauses } from '../../plan/condition-graph.ts';
import { usesOfCondition } from '../../plan/hoisted-conditions.ts';
import type { Plan, PlannedStep } from '../../plan/plan.ts';
import { type HoistedConditions, hoistedConditionsIn } from '../../plan/plan-tree.ts';
import { isWhole } from './input-path.ts';

/** The paths at which a flow reads its input, as written, each once. */
export function inputReads(plan: Plan): readonly string[] {
  const required = (plan.flow.requires ?? []).map(({ path }) => path);
  return [...new Set([...pathsOfInput(plan), ...required].map(({ text }) => text))];
}

/** The operations that a flow does on its input, each once. */
export function inputOperations(plan: Plan): readonly ReadPath[] {
  const operations = pathsOfInput(plan).filter(({ path }) => path.operation);
  return [...new Map(operations.map((path) => [path.text, path])).values()];
}

/** The paths at which a flow reads its input, in the order in which it does. */
function pathsOfInput(plan: Plan): readonly ReadPath[] {
  const known = inputPathsByPlan.get(plan);
  if (known) return known;
  const paths = usesOfAll(plan).flatMap(({ reference }) => (reference.kind === 'input' ? [reference.path] : []));
  inputPathsByPlan.set(plan, paths);
  return paths;
}

/** Asked for several times of each plan, and in a large flow each costs a walk over all conditions. */
const inputPathsByPlan = new WeakMap<Plan, readonly ReadPath[]>();

/** All that a flow reads. */
const usesOfAll = (plan: Plan): readonly Use[] => usesOfRest(plan, [...plan.steps.values()], false);

/** All that some steps of a flow, its hoisted conditions and its output read. `withoutOutput`: leave out the last. */
export function usesOfRest(
  { tree, output, sinks }: Plan,
  steps: readonly PlannedStep[],
  withoutOutput: boolean,
): readonly Use[] {
  const ofConditions = tree ? hoistedConditionsIn(tree).flatMap(usesInConditions) : [];
  const ofOutput = withoutOutput ? [] : [...output, ...sinks.flatMap(({ uses }) => uses)];
  return [...steps.flatMap(usesIn), ...ofConditions, ...ofOutput];
}

/** The paths at which steps and hoisted conditions read the flow's input, each once. */
export function inputPaths(
  steps: readonly PlannedStep[],
  conditions: readonly HoistedConditions[],
): readonly ReadPath[] {
  const found = new Map<string, ReadPath>();
  for (const { reference } of [...steps.flatMap(usesIn), ...conditions.flatMap(usesInConditions)]) {
    if (reference.kind === 'input') found.set(inputKey(reference.path), reference.path);
  }
  return [...found.values()];
}

/** The paths at which a flow reads what is given to its variables, in a map of all of them, as written, each once. */
export const variableReads = (plan: Plan): readonly string[] => [
  ...new Set([...variablesOf(plan).flatMap(variablePaths), ...inputOperations(plan).flatMap(variablePathsIn)]),
];

const variablePathsIn = ({ path: { operation } }: ReadPath): readonly string[] =>
  (operation ? pathsIn(operation) : []).flatMap((path) => {
    const given = givenSegments(path);
    return given ? [formatPath(given)] : [];
  });

/** The references of a flow to variables that a run gives values to; of those in operations, to the whole variables. */
export const variablesOf = (plan: Plan): readonly VariableReference[] =>
  usesOfAll(plan).flatMap(({ reference }) => [...givenVariable(reference), ...variablesInOperation(reference)]);

function variablesInOperation({ kind, path, span }: Reference): readonly VariableReference[] {
  const names = kind === 'input' && path.path.operation ? variablesOfOperation(path.path.operation) : [];
  return names.map((name) => ({ kind: 'variable', name, path: WHOLE, given: 'value', span }));
}

/** The references of steps and hoisted conditions to variables that a run gives values to, each once. */
export function variablesIn(
  steps: readonly PlannedStep[],
  conditions: readonly HoistedConditions[],
): readonly VariableReference[] {
  const uses = [...steps.flatMap(usesIn), ...conditions.flatMap(usesInConditions)];
  const found = uses.flatMap(({ reference }) => givenVariable(reference));
  return [...new Map(found.map((reference) => [variableKey(reference), reference])).values()];
}

const givenVariable = (reference: Reference): readonly VariableReference[] =>
  reference.kind === 'variable' && reference.given ? [reference] : [];

/** The key of a path of the flow's input in the input of a nested state machine. */
export const inputKey = (path: ReadPath): string => (isWhole(path) ? '$' : path.text);

/** All that a step and its guard read. */
const usesIn = ({ uses, demand = [] }: PlannedStep): readonly Use[] => [
  ...uses.input,
  ...uses.skipIf,
  ...uses.fallback,
  ...usesOfClauses(demand),
];

const usesInConditions = ({ conditions }: HoistedConditions): readonly Use[] => conditions.flatMap(usesOfCondition);
