import type { FlowRun } from '../run/run-flow.ts';
import type { PricedFlowRun } from './priced-run.ts';

/** A run as `--json` prints it. */
export const runJson = ({ result, execution, diagnostics, costUsd }: PricedFlowRun): object => {
  const priced = { ...(execution ?? NOTHING_RAN), ...(costUsd !== undefined && { costUsd }) };
  return { ...result, execution: priced, ...(diagnostics.length > 0 && { diagnostics }) };
};

/** The execution of a run that was refused: nothing of it was measured. */
const NOTHING_RAN: Omit<NonNullable<FlowRun['execution']>, 'metrics'> = {
  id: '',
  durationMs: 0,
  transitions: 0,
  events: 0,
  steps: [],
  criticalPath: [],
};
