import { z } from 'zod';
import { FUNCTION_ENDED, TIMED_OUT, TRANSPORT_FAULTS } from '../../protocol/aws-errors.ts';
import { ERROR_CODES } from '../../protocol/errors.ts';
import type { Json } from '../../protocol/json.ts';

/** What the values of a behaviour must be, in the words of messages. */
export const wordings = z.registry<{ readonly wanted: string }>();

const OUTCOMES = ['success', 'failed', 'skipped'] as const;

const anyJson = z.json();
// A custom type has no JSON Schema, so that editors accept any value.
const json = z.custom<Json>((value) => anyJson.safeParse(value).success, 'Invalid input: expected JSON');

/** The codes of a component's failures, and the errors by which AWS says that it could not be called or was ended. */
const FAULTS = [...TRANSPORT_FAULTS, ...FUNCTION_ENDED, TIMED_OUT] as const;
const FAILURES = [...ERROR_CODES, ...FAULTS] as const;

/** How a mocked component fails. */
export const failureSchema = z
  .object({
    code: z
      .enum(FAILURES)
      .default('COMPONENT_FAILED')
      .register(wordings, { wanted: `one of ${FAILURES.join(', ')}` }),
    message: z.string().optional().register(wordings, { wanted: 'a string' }),
    data: json.optional().describe('Further data of the failure; it is not read.'),
  })
  // Only what AWS says needs no message.
  .superRefine(({ code, message }, context) => {
    if (message === undefined && ERROR_CODES.some((own) => own === code))
      context.addIssue({ code: 'custom', path: ['message'], message: 'Invalid input: expected string' });
  })
  .meta({ anyOf: [{ required: ['message'] }, { required: ['code'], properties: { code: { enum: [...FAULTS] } } }] });

/**
 * What a mocked component does. This single schema checks the behaviours of mocks files, test cases and mock plugins,
 * describes them to editors, and defines the type {@link Behaviour}.
 */
export const behaviourSchema = z.strictObject({
  input: json.optional().describe('The part of the input that this behaviour applies to; without it, any input.'),
  outcome: z
    .enum(OUTCOMES)
    .optional()
    .describe('Without it, failed if there is an error and no result, else success.')
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
    .positive()
    .optional()
    .describe('How often it answers; without it, always.')
    .register(wordings, { wanted: 'a whole number above 0' }),
});

/** What a mocked component does: see {@link behaviourSchema}. */
export type Behaviour = z.output<typeof behaviourSchema>;
