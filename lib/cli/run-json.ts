import type { FlowRun } from '../run/run-flow.ts';
import type { PricedFlowRun } from './priced-run.ts';

/** A run, and the trigger that made its input, if one did. */
export type ShownRun = PricedFlowRun & { readonly trigger?: string };

/** A run as `--json` prints it. */
export const runJson = ({ result, execution, diagnostics, costUsd, trigger }: ShownRun): object => {
  const priced = { ...(execution ?? NOTHING_RAN), ...(costUsd !== undefined && { costUsd }) };
  const told = { ...(trigger !== undefined && { trigger }), ...(diagnostics.length > 0 && { diagnostics }) };
  return { ...result, execution: priced, ...told };
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
