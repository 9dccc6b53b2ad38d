import * as z from 'zod';
import { component, FlowError, isObject, SkipStep } from '../../lib/runtime/index.ts';
import { anyValue } from './_any.ts';
import { failureOf, flowFields, openFlow } from './_nested.ts';

export default component(
  {
    description:
      'Runs a flow again and again, until it gives a result. One that is written out becomes a loop of states.',
    input: z.object({ ...flowFields, initial_input: anyValue, max_iterations: z.int().min(1).default(1000) }),
    output: z.object({ result: anyValue, iterations: z.int(), terminated: z.boolean() }),
    uses: ['map-items:read', 'map-results:write'],
    memorySize: 1024,
    timeout: 890,
  },
  async ({ initial_input, max_iterations, ...given }, context) => {
    const flow = await openFlow(given, context);
    let input = initial_input;
    for (let iterations = 1; iterations <= max_iterations; iterations += 1) {
      const run = await flow.run(input);
      if (run.outcome === 'skipped') throw new SkipStep('its flow was skipped');
      if (run.outcome === 'failed') throw failureOf(run);
      const answer = isObject(run.result) ? run.result : {};
      if (answer.result !== undefined) return { result: answer.result, iterations, terminated: false };
      if (answer.next === undefined)
        throw new FlowError('INVALID_INPUT', 'the flow of an iterate gives {result} or {next}');
      input = answer.next;
    }
    return { result: input, iterations: max_iterations, terminated: true };
  },
);
