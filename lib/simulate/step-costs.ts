import { groupBy } from '../compiler/passes/group-by.ts';
import { type BilledCalls, billedCall, billedTogether, gbSecondsOf, type ReportedCall } from './billed-calls.ts';
import { type PricedDefinitions, type PricedRun, s3RequestOf } from './price-run.ts';
import { PRICES } from './prices.ts';
import type { SimulatedCall } from './run-machine.ts';

/** What a step takes and costs in a run, all of its calls together. */
export interface StepCost {
  /** The step's id. */
  readonly step: string;
  readonly component: string;
  readonly calls: number;
  /** Of all calls together. */
  readonly seconds: number;
  /** The bytes, as JSON, of what the calls were sent and answered; absent if not known. */
  readonly bytes?: number;
  /** Its functions, its states, and the requests to S3 of its calls. */
  readonly usd: number;
  /** What Lambda reports of its calls; absent where no report was read. */
  readonly billed?: BilledCalls;
}

/** A call whose cost is that of its steps. */
type PricedCall = SimulatedCall & ReportedCall & { readonly bytes?: number };

type Mutable = { -readonly [K in keyof StepCost]: StepCost[K] };

/** What each step of a run that called something costs, in the order of their first calls. `type`: of the flow. */
export function stepCosts(
  { memoryOf }: Pick<PricedDefinitions, 'memoryOf'>,
  run: Pick<PricedRun, 'transitionsOf'> & { readonly calls: readonly PricedCall[] },
  type: 'STANDARD' | 'EXPRESS',
): readonly StepCost[] {
  const costs = new Map<string, Mutable>();
  for (const call of run.calls) {
    const usd = usdOf(call, memoryOf);
    for (const [at, { step, component, seconds }] of call.links.entries()) {
      const cost = costs.get(step) ?? { step, component, calls: 0, seconds: 0, usd: transitionsUsd(run, step, type) };
      costs.set(step, cost);
      // Of a fused chain, each step has a share of the price of the call.
      cost.usd += usd * shareOf(call, seconds);
      if (!call.isOwn) continue;
      cost.component = component;
      cost.calls += call.times;
      cost.seconds += call.times * seconds;
      // What a call moves is counted for the step that is at its end.
      if (call.bytes !== undefined && at === call.links.length - 1)
        cost.bytes = (cost.bytes ?? 0) + call.times * call.bytes;
      if (call.report) {
        const billed = billedCall(call.report, call.times, shareOf(call, seconds));
        cost.billed = billedTogether([...(cost.billed ? [cost.billed] : []), billed]) ?? billed;
      }
    }
  }
  return [...costs.values()].filter(({ calls }) => calls > 0);
}

const transitionsUsd = (
  { transitionsOf }: Pick<PricedRun, 'transitionsOf'>,
  step: string,
  type: 'STANDARD' | 'EXPRESS',
): number => (type === 'EXPRESS' ? 0 : (transitionsOf.get(step) ?? 0) * PRICES.transition);

function usdOf(call: PricedCall, memoryOf: PricedDefinitions['memoryOf']): number {
  const { times, stores, links } = call;
  const gbSeconds = gbSecondsOf(call, memoryOf);
  const s3 = links.map(({ component }) => s3RequestOf(component));
  const puts = stores + s3.filter((one) => one === 'puts').length;
  const gets = s3.filter((one) => one === 'gets').length;
  return times * (PRICES.lambdaRequest + gbSeconds * PRICES.lambdaGbSecond + puts * PRICES.s3Put + gets * PRICES.s3Get);
}

function shareOf({ links }: SimulatedCall, seconds: number): number {
  const all = links.reduce((sum, link) => sum + link.seconds, 0);
  return all > 0 ? seconds / all : 1 / links.length;
}

/** The means of the costs of runs; a step that did not run in one of them cost nothing there. */
export function meanStepCosts(runs: readonly (readonly StepCost[])[]): readonly StepCost[] {
  const all = groupBy(
    runs.flat(),
    ({ step }) => step,
    (cost) => cost,
  );
  return [...all].map(([step, costs]) => {
    const mean = (pick: (cost: StepCost) => number): number =>
      costs.reduce((sum, cost) => sum + pick(cost), 0) / runs.length;
    const billed = billedTogether(
      costs.flatMap((cost) => cost.billed ?? []),
      runs.length,
    );
    const hasBytes = costs.some(({ bytes }) => bytes !== undefined);
    return {
      step,
      component: costs[0]?.component ?? '',
      calls: mean(({ calls }) => calls),
      seconds: mean(({ seconds }) => seconds),
      ...(hasBytes && { bytes: mean(({ bytes = 0 }) => bytes) }),
      usd: mean(({ usd }) => usd),
      ...(billed && { billed }),
    };
  });
}
