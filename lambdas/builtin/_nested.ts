import * as z from 'zod';
import { callFunctions } from '../../lib/protocol/call-component.ts';
import { type NestedFlow, nestedFlow } from '../../lib/run/nested-flow.ts';
import { type Context, FlowError, isObject, type Json } from '../../lib/runtime/index.ts';
import { anyValue } from './_any.ts';

const callDeployed = callFunctions(async () => (await import('../../lib/runtime/lambda-client.ts')).lambdaInvoke());

/** A flow, or the id of the blob that holds it. */
export const flowFields = {
  flow: anyValue.optional(),
  flow_id: z.string().optional(),
};

/** How a run ended. */
export const runResult = z.object({
  outcome: z.enum(['success', 'skipped', 'failed']),
  result: anyValue.optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});

/** The flow that a step is to run, compiled. */
export async function openFlow(
  given: { readonly flow?: Json | undefined; readonly flow_id?: string | undefined },
  context: Context,
): Promise<NestedFlow> {
  const flow = given.flow ?? (given.flow_id === undefined ? undefined : await context.blobs.get(given.flow_id));
  if (isObject(flow) || Array.isArray(flow))
    return nestedFlow(flow, { ...context, call: context.call ?? callDeployed });
  throw new FlowError('INVALID_INPUT', 'there is no flow to run: give "flow", or "flow_id" of a blob that holds one');
}
