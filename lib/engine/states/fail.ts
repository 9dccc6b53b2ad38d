import type { StateCompiler } from '../definition/compiled.ts';
import { compileField } from '../definition/field.ts';
import { StateFailure } from '../execution/failures.ts';

/** Fail: fails with its `Error` and `Cause`, either of which may be absent. */
export const compileFail: StateCompiler = (name, section) => {
  section.requireOne(['Error', 'ErrorPath'], 'optional');
  section.requireOne(['Cause', 'CausePath'], 'optional');
  const error = compileField(section, 'Error', 'string');
  const cause = compileField(section, 'Cause', 'string');
  return {
    name,
    type: 'Fail',
    waitsForToken: false,
    async run(visit) {
      throw new StateFailure(await error?.evaluate(visit, visit.input), await cause?.evaluate(visit, visit.input));
    },
  };
};
