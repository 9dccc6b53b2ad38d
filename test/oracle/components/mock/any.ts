import { z } from 'zod';
import { component, FlowError, SkipStep } from '../../../../lib/runtime/index.ts';
import { callMocked } from '../../mocked-runs.ts';

/** A component like any other, to the compiler: it does what a mock would do in its place. */
export default component(
  { description: 'Does as the mocks of its run say', input: z.json(), output: z.json() },
  (input, { execution, step }) => {
    const answer = callMocked(execution, step, input);
    if (answer.kind === 'result') return answer.value;
    if (answer.kind === 'skip') throw new SkipStep('its mock says so');
    throw new FlowError(answer.code, answer.message);
  },
);
