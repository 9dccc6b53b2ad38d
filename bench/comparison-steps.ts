import { isObject, type Json, type JsonObject } from '../lib/protocol/json.ts';

/** The component that each added step calls. */
export const COMPARISON = '/compare/values';

const CONDITIONS = ['$eq', '$ne', '$lt', '$lte', '$gt', '$gte', '$and', '$or', '$not', '$in', '$concat', '$length'];

const REFERENCES = ['$step', '$input', '$variable', '$if', '$coalesce'];

/**
 * A flow as it would be written without operators: each outermost one is replaced by the result of a step that gets its
 * operands. Equal ones of a flow share a step, and a step that may have been skipped counts as null, so that the step runs.
 */
export function withComparisonSteps(flow: JsonObject): JsonObject {
  const added = new Map<string, JsonObject>();

  const replaced = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(replaced);
    if (!isObject(value)) return value;
    const operator = operatorOf(value);
    if (operator !== undefined) return stepFor(value);
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, innerFlow(key, inner) ?? replaced(inner)]),
    );
  };

  const stepFor = (value: JsonObject): JsonObject => {
    const key = JSON.stringify(value);
    const known = added.get(key);
    if (known) return { $step: String(known.id) };
    const step = { id: `compare_${added.size + 1}`, component: COMPARISON, input: { operands: operandsOf(value) } };
    added.set(key, step);
    return { $step: step.id };
  };

  const steps = Array.isArray(flow.steps)
    ? flow.steps.map((step) => (isObject(step) ? stepWith(step, replaced) : step))
    : [];
  const output = flow.output === undefined ? {} : { output: replaced(flow.output) };
  return { ...flow, steps: [...steps, ...added.values()], ...output };
}

function stepWith(step: JsonObject, replaced: (value: Json) => Json): JsonObject {
  const keys = ['input', 'skipIf', 'onError'].filter((key) => step[key] !== undefined);
  return { ...step, ...Object.fromEntries(keys.map((key) => [key, replaced(step[key] ?? null)])) };
}

/** A flow that is written out inside a step, which has steps of its own. */
function innerFlow(key: string, value: Json): Json | undefined {
  const isFlow = (key === 'workflow' || key === 'flow') && isObject(value) && Array.isArray(value.steps);
  return isFlow ? withComparisonSteps(value) : undefined;
}

const operatorOf = (value: JsonObject): string | undefined => CONDITIONS.find((name) => value[name] !== undefined);

/** What an operator reads, each once: the references in it, through operators in operators. */
function operandsOf(value: Json): Json[] {
  const found = new Map<string, Json>();
  const visit = (one: Json): void => {
    if (Array.isArray(one)) one.forEach(visit);
    else if (!isObject(one)) return;
    else if (REFERENCES.some((name) => one[name] !== undefined))
      found.set(JSON.stringify(one), { $coalesce: [{ ...one }, null] });
    else Object.values(one).forEach(visit);
  };
  visit(value);
  return [...found.values()];
}
