import * as z from 'zod';
import { callFunctions } from '../../lib/protocol/call-component.ts';
import { withoutFrames } from '../../lib/protocol/errors.ts';
import { type NestedFlow, nestedFlow } from '../../lib/run/nested-flow.ts';
import type { FlowResult } from '../../lib/run/report/events.ts';
import { type Context, type ErrorCode, FlowError, isObject, type Json } from '../../lib/runtime/index.ts';
import { anyValue } from './_any.ts';

const callDeployed = callFunctions(async () => (await import('../../lib/runtime/lambda-client.ts')).lambdaInvoke());

/** A flow, or the id of the blob that holds it. */
export const flowFields = {
  flow: anyValue.optional(),
  flow_id: z.string().optional(),
  variables: z.record(z.string(), anyValue).optional(),
};

/** How a run ended. */
export const runResult = z.object({
  outcome: z.enum(['success', 'skipped', 'failed']),
  result: anyValue.optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});

/** The error of a run that failed. The codes of a run are those of the language, or a component's own, which pass as they are. */
export const failureOf = ({ error }: Extract<FlowResult, { outcome: 'failed' }>): FlowError =>
  withoutFrames(new FlowError(error.code as ErrorCode, error.message));

/** The flow that a step is to run, compiled. `variables`: what is given to its variables. */
export async function openFlow(
  given: {
    readonly flow?: Json | undefined;
    readonly flow_id?: string | undefined;
    readonly variables?: { readonly [name: string]: Json } | undefined;
  },
  context: Context,
): Promise<NestedFlow> {
  const flow = given.flow ?? (given.flow_id === undefined ? undefined : await context.blobs.get(given.flow_id));
  if (isObject(flow) || Array.isArray(flow))
    return nestedFlow(flow, { ...context, call: context.call ?? callDeployed }, given.variables);
  throw new FlowError('INVALID_INPUT', 'there is no flow to run: give "flow", or "flow_id" of a blob that holds one');
}
