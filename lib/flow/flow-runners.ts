/**
 * The built-in components that run a flow, each with the keys of its input that hold the flow or the id of its blob, and all keys
 * of its input but `input`.
 */
export const FLOW_RUNNERS = {
  map: {
    input: 'items',
    flow: 'workflow',
    id: 'workflow_id',
    takes: ['workflow', 'workflow_id', 'items', 'max_concurrency', 'variables', 'on_failure'],
  },
  eval: { input: 'input', flow: 'flow', id: 'flow_id', takes: ['flow', 'flow_id', 'variables'] },
  iterate: {
    input: 'initial_input',
    flow: 'flow',
    id: 'flow_id',
    takes: ['flow', 'flow_id', 'initial_input', 'max_iterations', 'variables'],
  },
} as const;

/** A built-in component that runs a flow. */
export type FlowRunner = keyof typeof FLOW_RUNNERS;

/** The built-in component that runs a flow at this path: `/builtin/map`, or `/map`; undefined for any other. */
export function flowRunnerAt(component: string): FlowRunner | undefined {
  const names: readonly string[] = Object.keys(FLOW_RUNNERS);
  const name = component.replace(/^(?:\/builtin)?\//, '');
  return names.includes(name) ? (name as FlowRunner) : undefined;
}
