import { isObject } from '../../protocol/json.ts';
import type { DataFlow } from '../definition/data-flow.ts';
import type { Section } from '../definition/section.ts';
import { compilePath, requireValue } from './path.ts';
import type { PathValue } from './path-value.ts';
import { compilePayloadTemplate } from './payload-template.ts';
import { compileResultPath } from './result-path.ts';

const identity: PathValue = (input) => input;

/** Compiles the JSONPath fields that select and combine data: InputPath, Parameters, ResultSelector, ResultPath, OutputPath, Assign. */
export function compileJsonPathFlow(section: Section): DataFlow {
  const inputPath = compileFilter(section, 'InputPath');
  // In a Map without ItemSelector, Parameters is the older name of ItemSelector.
  const isSelector = section.value.Type === 'Map' && !section.has('ItemSelector');
  const parameters = isSelector ? undefined : compilePayload(section, 'Parameters');
  const selector = compilePayload(section, 'ResultSelector') ?? identity;
  const combine = compileResultPath(section);
  const outputPath = compileFilter(section, 'OutputPath');
  const withAssign = (assign: PathValue | undefined): DataFlow => ({
    selectedInput: (visit) => inputPath(visit.input, visit),
    effectiveInput(visit) {
      const input = inputPath(visit.input, visit);
      return parameters ? parameters(input, visit) : input;
    },
    stateOutput(visit, raw) {
      const result = selector(raw, visit);
      // As on AWS, `$` in Assign is the result before ResultPath is applied.
      const assigned = assign?.(result, visit);
      const output = outputPath(combine(visit.input, result), visit);
      return { output, assigned: isObject(assigned) ? assigned : undefined };
    },
    forRule: (rule) => withAssign(compilePayload(rule, 'Assign')),
  });
  return withAssign(compilePayload(section, 'Assign'));
}

const compilePayload = (section: Section, key: string): PathValue | undefined => {
  const value = section.value[key];
  return value === undefined ? undefined : compilePayloadTemplate(value, section.templateContext(key));
};

/** Compiles InputPath or OutputPath: a path, or null for an empty object. */
function compileFilter(section: Section, key: string): PathValue {
  if (section.value[key] === undefined) return identity;
  if (section.value[key] === null) return () => ({});
  const path = compilePath(section, key);
  return path ? (input, environment) => requireValue(path, input, environment, key) : identity;
}
