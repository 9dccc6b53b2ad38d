import { z } from 'zod';
import { component } from '../../../../lib/runtime/index.ts';
import { answerWith } from '../../mocked.ts';
import { callMocked } from '../../mocked-runs.ts';

/** To the compiler a component without a mock. It does what the mocks of its execution say. */
export default component(
  { description: 'Does as the mocks of its run say', input: z.json(), output: z.json() },
  (input, { execution, step }) => answerWith(callMocked(execution, step, input)),
);
