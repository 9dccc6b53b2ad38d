import type { StateCompiler } from '../definition/compiled.ts';
import { compileDataFlow } from '../definition/data-flow.ts';

/** Succeed: ends its branch well. */
export const compileSucceed: StateCompiler = (name, section) => {
  const flow = compileDataFlow(section);
  return {
    name,
    type: 'Succeed',
    hasToken: false,
    run: async (visit) => flow.settle(visit, await flow.input(visit)),
  };
};
