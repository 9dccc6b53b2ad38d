import { expect, it } from 'vitest';
import { WITH_OPTION } from '../../lib/cli/passes.ts';
import { ON_REQUEST } from '../../lib/compiler/passes/passes.ts';

it('--with names in its help the passes that have to be asked for', () => {
  expect(WITH_OPTION.summary).toContain(`: ${ON_REQUEST.join(', ')};`);
});
