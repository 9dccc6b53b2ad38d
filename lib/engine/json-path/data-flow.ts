import { isObject, type Json } from '../../protocol/json.ts';
import type { DataFlow } from '../definition/data-flow.ts';
import type { Section } from '../definition/section.ts';
import type { Environment } from '../jsonata/expression.ts';
import { compileReference, requireValue, withValueAt } from './path.ts';
import { compilePayloadTemplate, type PayloadTemplate } from './payload-template.ts';

type Step = (input: Json, environment: Environment) => Json;

const same: Step = (input) => input;

/** Compiles the fields with which JSONPath states pick and combine data: InputPath to OutputPath, and Assign. */
export function compileJsonPathFlow(section: Section): DataFlow {
  const inputPath = compileFilter(section, 'InputPath');
  const parameters = compilePayload(section, 'Parameters');
  const selector = compilePayload(section, 'ResultSelector') ?? same;
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
      // Assign's own `$` is the result, as AWS has it, not what ResultPath makes of it.
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

/** InputPath and OutputPath: a path, or null for an empty object. */
function compileFilter(section: Section, key: string): Step {
  if (section.value[key] === undefined) return same;
  if (section.value[key] === null) return () => ({});
  const path = compileReference(section, key);
  return path ? (input, environment) => requireValue(path, input, environment, key) : same;
}

/** ResultPath: where in the state's input the result goes; null throws the result away. */
function compileResultPath(section: Section): (input: Json, result: Json) => Json {
  if (section.value.ResultPath === undefined) return (_, result) => result;
  if (section.value.ResultPath === null) return (input) => input;
  const path = compileReference(section, 'ResultPath', 'Value is not a Reference Path');
  return path ? (input, result) => withValueAt(input, path.segments, result) : (_, result) => result;
}
