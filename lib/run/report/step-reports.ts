import type { CompiledStep } from '../../compiler/compile.ts';
import type { AbsorbedStep } from '../../compiler/passes/pass.ts';
import type { SourceMap } from '../../compiler/source-map.ts';
import { failedAbsorbed, type ReportedAbsorbedStep, withAbsorbed } from './absorbed-steps.ts';
import type { ErrorData, StepReport } from './events.ts';
import type { Failure, TrackedState, TrackedStep } from './step-record.ts';
import type { StepTracker } from './track.ts';
import { writtenSteps } from './written-steps.ts';

/** What the steps of a flow's runs are reported by. It is JSON. */
export interface ReportedFlow {
  /** The steps that have a state of their own. */
  readonly steps: readonly TrackedState[];
  readonly absorbed: readonly ReportedAbsorbedStep[];
  readonly states: SourceMap['states'];
  readonly arrangement: SourceMap['arrangement'];
}

/** That of a compiled flow: what is left out is for diagnostics. */
export const reportedFlow = ({
  steps,
  absorbed,
  sourceMap,
}: {
  readonly steps: readonly CompiledStep[];
  readonly absorbed: readonly AbsorbedStep[];
  readonly sourceMap: SourceMap;
}): ReportedFlow => ({
  steps: steps.map((step) => {
    const { fusedBefore = [] } = step;
    return { ...tracked(step), ...(fusedBefore.length > 0 && { fusedBefore: fusedBefore.map(tracked) }) };
  }),
  absorbed: absorbed.map(({ componentSpan: _, ...step }) => step),
  states: sourceMap.states,
  arrangement: sourceMap.arrangement,
});

const tracked = ({ id, component, maySkip, added, addedFor }: TrackedStep): TrackedStep => ({
  ...{ id, component, maySkip },
  ...(added && { added }),
  ...(addedFor !== undefined && { addedFor }),
});

/** How the steps of a run ended. */
export interface EndedSteps {
  /** Where the run failed, if it failed in a step. */
  readonly failed: ErrorData | undefined;
  /** Of the steps with states, those that the compiler added included. */
  readonly own: readonly StepReport[];
  /** Of all steps of the flow. */
  readonly all: readonly StepReport[];
}

type Reported = Pick<ReportedFlow, 'steps' | 'absorbed'>;

/** Reports the steps of a run that ended at `stopMs`. `failure`: that of the execution, if it failed. */
export function endedSteps(
  tracker: StepTracker,
  { steps, absorbed }: Reported,
  stopMs: number,
  failure: Failure | undefined,
): EndedSteps {
  const inAbsorbed = failure && failedAbsorbed(failure, absorbed);
  const failed = inAbsorbed ?? (failure && tracker.whereFailed(failure));
  const own = tracker.finish(stopMs, failure, inAbsorbed !== undefined);
  const hasRun = failure === undefined || own.some((step) => step.status !== 'not_run');
  const all = withAbsorbed(writtenSteps(own, steps), absorbed, { failed: inAbsorbed?.step, hasRun });
  return { failed, own, all };
}

/** Reports the steps of a run that goes on. */
export const stepsSoFar = (tracker: StepTracker, { steps, absorbed }: Reported): readonly StepReport[] =>
  withAbsorbed(writtenSteps(tracker.soFar(), steps), absorbed, { failed: undefined, hasRun: tracker.hasStarted });
