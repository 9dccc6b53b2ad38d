import type { Compiled } from '../../compiler/compile.ts';
import { reportedFlow } from '../../run/report/step-reports.ts';
import type { FlowDetails, FlowFacts, PublishedFlow } from './deployed-flows.ts';

/** For a flow that did not compile; its Workflow has thrown by then. */
const NO_INPUT_BUDGET = { reads: [], share: 0, room: 0 };

/** What is known of a flow at synthesis, and often needed. */
export function factsOf({ type, flow, inputSchema, inputBudget = NO_INPUT_BUDGET }: Compiled): FlowFacts {
  return {
    ...{ type, inputBudget },
    ...(flow?.description !== undefined && { description: flow.description }),
    ...(inputSchema !== undefined && { inputSchema }),
  };
}

/** What is known of it, and needed seldom. */
export function detailsOf(compiled: Compiled): FlowDetails {
  const { outputSchema } = compiled.flow ?? {};
  return {
    ...(outputSchema !== undefined && { outputSchema }),
    examples: compiled.examples.map(({ tree: _, ...example }) => example),
    report: reportedFlow(compiled),
  };
}

/** What a version of a flow publishes. */
export const publishedFlow = (name: string, compiled: Compiled): PublishedFlow => ({
  name,
  ...factsOf(compiled),
  ...detailsOf(compiled),
});
