import * as z from 'zod';
import { anyValue } from './_any.ts';

/** What both components that wait take besides a title. Source of the longest time: `TimeoutSeconds`, Task state, developer guide. */
export const question = {
  details: anyValue.optional().describe('Whatever helps to answer; any JSON.'),
  timeout: z
    .number()
    .positive()
    .max(99_999_999)
    .nullish()
    .describe(
      'Seconds after which the step fails with TIMEOUT; without it, it waits as long as the execution may run.',
    ),
};
