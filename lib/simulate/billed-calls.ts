import type { CallReport } from '../executions/measured/measured-execution.ts';
import { answerKindOf } from '../protocol/waiting.ts';
import { roundedUp } from './express-items.ts';
import { BILLING } from './prices.ts';
import type { SimulatedCall } from './run-machine.ts';

/** A call, with what Lambda reports of it where its log was read. */
export type ReportedCall = Pick<SimulatedCall, 'component' | 'seconds'> & { readonly report?: CallReport };

/**
 * The GB-seconds that one call is billed for: by its report, else by its seconds and the memory that its component declares.
 * `memoryOf`: in MB.
 */
export function gbSecondsOf(
  { component, seconds, report }: ReportedCall,
  memoryOf: (component: string) => number,
): number {
  const billedSeconds = report
    ? report.billedMs / 1000
    : roundedUp(secondsOfFunction(component, seconds), BILLING.lambdaMs);
  return billedSeconds * ((report?.memoryMb ?? memoryOf(component)) / 1024);
}

/** Seconds in which the function of a component that waits stores what is asked: our own estimate, a request to S3 and a start. */
const ASKING_SECONDS = 0.1;

/** The seconds that a function takes for a call: of a component that waits, not those until somebody answers. */
export const secondsOfFunction = (component: string, seconds: number): number =>
  answerKindOf(component) === undefined ? seconds : Math.min(seconds, ASKING_SECONDS);

/** What Lambda reports of the calls of a step. Of a fused chain, each step has its share of the time. */
export interface BilledCalls {
  /** How many of the calls are reported; the others are priced by their seconds in the history. */
  readonly calls: number;
  /** For how long they are billed. */
  readonly seconds: number;
  /** The memory that the function has; of different ones, the most. */
  readonly memoryMb: number;
  /** The most memory that was used. */
  readonly maxMemoryMb: number;
  /** How many had to wait for an initialisation. */
  readonly coldStarts: number;
  /** How long these initialisations took. */
  readonly initSeconds: number;
}

/** The report of `times` calls as a part of those of a step; `share`: of the time, that of the step. */
export const billedCall = (report: CallReport, times: number, share: number): BilledCalls => ({
  calls: times,
  seconds: (times * share * report.billedMs) / 1000,
  memoryMb: report.memoryMb,
  maxMemoryMb: report.maxMemoryMb,
  coldStarts: report.initMs === undefined ? 0 : times,
  initSeconds: (times * share * (report.initMs ?? 0)) / 1000,
});

/** Calls of one step together; `runs`: the means over so many runs. */
export function billedTogether(parts: readonly BilledCalls[], runs = 1): BilledCalls | undefined {
  if (parts.length === 0) return undefined;
  const mean = (of: (part: BilledCalls) => number): number => parts.reduce((sum, part) => sum + of(part), 0) / runs;
  return {
    calls: mean(({ calls }) => calls),
    seconds: mean(({ seconds }) => seconds),
    memoryMb: Math.max(...parts.map(({ memoryMb }) => memoryMb)),
    maxMemoryMb: Math.max(...parts.map(({ maxMemoryMb }) => maxMemoryMb)),
    coldStarts: mean(({ coldStarts }) => coldStarts),
    initSeconds: mean(({ initSeconds }) => initSeconds),
  };
}
