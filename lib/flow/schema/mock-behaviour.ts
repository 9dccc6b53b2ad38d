import { z } from 'zod';
import { ERROR_CODES } from '../../protocol/errors.ts';
import type { Json } from '../../protocol/json.ts';

/** What the values of a behaviour have to be, as messages say it. */
export const wordings = z.registry<{ readonly wanted: string }>();

const OUTCOMES = ['success', 'failed', 'skipped'] as const;

const anyJson = z.json();
// A type of its own: it has no JSON Schema, and so stands for anything.
const json = z.custom<Json>((value) => anyJson.safeParse(value).success, 'Invalid input: expected JSON');

/** How a mocked component fails. */
export const failureSchema = z.object({
  code: z
    .enum(ERROR_CODES)
    .default('COMPONENT_FAILED')
    .register(wordings, { wanted: `one of ${ERROR_CODES.join(', ')}` }),
  message: z.string().register(wordings, { wanted: 'a string' }),
  data: json.optional().describe('What else the failure says; it is not read.'),
});

/**
 * What a mocked component does. This one schema checks the behaviours of mocks files, of test cases and of mock plugins,
 * tells editors of them, and gives {@link Behaviour} its type.
 */
export const behaviourSchema = z.strictObject({
  input: json.optional().describe('The part of the input that this behaviour answers; without it, any.'),
  outcome: z
    .enum(OUTCOMES)
    .optional()
    .describe('Without it, failed where there is only an error, else success.')
    .register(wordings, { wanted: `one of ${OUTCOMES.join(', ')}` }),
  result: json.optional().describe('The result, with success.'),
  error: failureSchema.optional().register(wordings, { wanted: 'a map' }),
  seconds: z
    .number()
    .nonnegative()
    .optional()
    .describe('How long it takes, in seconds.')
    .register(wordings, { wanted: 'a number of at least 0' }),
  times: z
    .int()
    .nonnegative()
    .optional()
    .describe('How often it answers; without it, always.')
    .register(wordings, { wanted: 'a whole number of at least 0' }),
});

/** What a mocked component does: see {@link behaviourSchema}. */
export type Behaviour = z.output<typeof behaviourSchema>;
