import type { StateCompiler } from '../definition/compiled.ts';
import { compileDataFlow } from '../definition/data-flow.ts';

/** Pass: passes its input on or, in JSONPath, its `Result`. */
export const compilePass: StateCompiler = (name, section, loader) => {
  const next = loader.transition(section);
  const dataFlow = compileDataFlow(section);
  const literal = section.language === 'JSONPath' ? section.value.Result : undefined;
  return {
    name,
    type: 'Pass',
    waitsForToken: false,
    async run(visit) {
      const result = literal === undefined ? await dataFlow.effectiveInput(visit) : literal;
      const output = await dataFlow.stateOutput(visit, result);
      return { ...output, next };
    },
  };
};
