import type { Flow } from '../../flow/flow.ts';
import type { Trigger } from '../../flow/triggers/trigger.ts';
import { eventSchema } from './event-schemas.ts';

/**
 * The input of a trigger as a flow: it has the event as its input, no steps, and the flow's input as its output. So it means what it
 * would mean in a flow, and is checked and compiled by what does so with flows.
 */
export const mappingFlow = ({ file, name }: Flow, trigger: Trigger): Flow => ({
  file,
  name: `${name}: ${trigger.name}`,
  steps: [],
  output: trigger.input,
  evaluation: 'lazy',
  inputSchema: eventSchema(trigger),
  variables: {},
  variableSpans: new Map(),
  examples: [],
});
