import { isObject, type Json } from '../../protocol/json.ts';
import type { DataFlow } from '../definition/data-flow.ts';
import type { Section } from '../definition/section.ts';
import type { Environment } from '../jsonata/expression.ts';
import { compileReference, requireValue, withValueAt } from './path.ts';
import { compilePayloadTemplate, type PayloadTemplate } from './payload-template.ts';

type Transform = (input: Json, environment: Environment) => Json;

const identity: Transform = (input) => input;

/** Compiles the JSONPath fields that select and combine data: InputPath, Parameters, ResultSelector, ResultPath, OutputPath, Assign. */
export function compileJsonPathFlow(section: Section): DataFlow {
  const inputPath = compileFilter(section, 'InputPath');
  const parameters = compilePayload(section, 'Parameters');
  const selector = compilePayload(section, 'ResultSelector') ?? identity;
  const combine = compileResultPath(section);
  const outputPath = compileFilter(section, 'OutputPath');
  const assign = compilePayload(section, 'Assign');
  return {
    effectiveInput(visit) {
      const input = inputPath(visit.input, visit);
      return parameters ? parameters(input, visit) : input;
    },
    stateOutput(visit, raw) {
      const result = selector(raw, visit);
      // As on AWS, `$` in Assign is the result before ResultPath is applied.
      const assigned = assign?.(result, visit);
      const output = outputPath(combine(visit.input, result), visit);
      return { output, assigned: assigned !== undefined && isObject(assigned) ? assigned : undefined };
    },
  };
}

const compilePayload = (section: Section, key: string): PayloadTemplate | undefined => {
  const value = section.value[key];
  return value === undefined ? undefined : compilePayloadTemplate(value, section.templateContext(key));
};

/** Compiles InputPath or OutputPath: a path, or null for an empty object. */
function compileFilter(section: Section, key: string): Transform {
  if (section.value[key] === undefined) return identity;
  if (section.value[key] === null) return () => ({});
  const path = compileReference(section, key);
  return path ? (input, environment) => requireValue(path, input, environment, key) : identity;
}

/** Compiles ResultPath: where the result is inserted into the state's input; null discards the result. */
function compileResultPath(section: Section): (input: Json, result: Json) => Json {
  if (section.value.ResultPath === undefined) return (_, result) => result;
  if (section.value.ResultPath === null) return (input) => input;
  const path = compileReference(section, 'ResultPath', 'Value is not a Reference Path');
  return path ? (input, result) => withValueAt(input, path.segments, result) : (_, result) => result;
}
