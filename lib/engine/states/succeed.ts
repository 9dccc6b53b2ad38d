import type { StateCompiler } from '../definition/compiled.ts';
import { compileDataFlow } from '../definition/data-flow.ts';

/** Succeed: ends its branch or the execution successfully. */
export const compileSucceed: StateCompiler = (name, section) => {
  const dataFlow = compileDataFlow(section);
  return {
    name,
    type: 'Succeed',
    waitsForToken: false,
    run: async (visit) => dataFlow.stateOutput(visit, await dataFlow.effectiveInput(visit)),
  };
};
