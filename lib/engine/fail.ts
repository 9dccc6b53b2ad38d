import type { StateCompiler } from './compiled.ts';
import { StateFailure } from './failures.ts';
import { compileField } from './field.ts';

/** Fail: fails with its `Error` and `Cause`, either of which may be absent. */
export const compileFail: StateCompiler = (name, section) => {
  section.requireOne(['Error', 'ErrorPath'], 'optional');
  section.requireOne(['Cause', 'CausePath'], 'optional');
  const error = compileField(section, 'Error', 'string');
  const cause = compileField(section, 'Cause', 'string');
  return {
    name,
    type: 'Fail',
    hasToken: false,
    async run(visit) {
      throw new StateFailure(await error?.evaluate(visit), await cause?.evaluate(visit));
    },
  };
};
