import type { FlowRun, PreparedFlow, RunOptions } from '../run/run-flow.ts';

/** A run, and what AWS would charge for it. */
export interface PricedFlowRun extends FlowRun {
  /** In US dollars, by its own transitions, calls and seconds; absent if nothing ran. */
  readonly costUsd?: number;
}

/** Runs a flow and estimates what the same run would cost on AWS, by the prices of a simulation. */
export async function runPriced(prepared: PreparedFlow, options: RunOptions): Promise<PricedFlowRun> {
  const { costOf, meterOf } = await import('../simulate/cost-rows.ts');
  const meter = meterOf(prepared);
  const ran = await prepared.run({ ...options, onHistory: (event) => meter.observe(event) });
  return ran.execution ? { ...ran, costUsd: costOf(prepared, meter.run(), options.input ?? {}) } : ran;
}
