/** The built-in components that run a flow, each with the keys of its input that hold the flow or the id of its blob. */
export const FLOW_RUNNERS = {
  map: { input: 'items', flow: 'workflow', id: 'workflow_id' },
  eval: { input: 'input', flow: 'flow', id: 'flow_id' },
  iterate: { input: 'initial_input', flow: 'flow', id: 'flow_id' },
} as const;

/** A built-in component that runs a flow. */
export type FlowRunner = keyof typeof FLOW_RUNNERS;

/** The built-in component that runs a flow at this path: `/builtin/map`, or `/map`; undefined for any other. */
export function flowRunnerAt(component: string): FlowRunner | undefined {
  const names: readonly string[] = Object.keys(FLOW_RUNNERS);
  const name = component.replace(/^(?:\/builtin)?\//, '');
  return names.includes(name) ? (name as FlowRunner) : undefined;
}
