import type { Arrangement } from '../../compiler/source-map.ts';
import type { StepReport } from './events.ts';

interface Ran extends StepReport {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The critical path of a run: the ids of the steps that determine its duration, first to last. It contains all steps of a
 * sequence that ran, and of parallel branches those of the branch that ended last. Steps that did not start are left out.
 */
export function criticalPath(steps: readonly StepReport[], arrangement: Arrangement): readonly string[] {
  const ran = new Map(steps.filter(hasRun).map((step) => [step.id, step]));
  return pathThrough(arrangement, ran).map(({ id }) => id);
}

const hasRun = (step: StepReport): step is Ran => step.startMs !== null && step.endMs !== null;

function pathThrough(part: Arrangement, ran: ReadonlyMap<string, Ran>): readonly Ran[] {
  if (typeof part === 'string') return [ran.get(part) ?? []].flat();
  if ('sequence' in part) return part.sequence.flatMap((one) => pathThrough(one, ran));
  return part.parallel
    .map((branch) => pathThrough(branch, ran))
    .reduce((longest, path) => (endsAfter(path.at(-1), longest.at(-1)) ? path : longest), []);
}

/** Whether a step, rather than another one, determines the end of parallel branches. */
function endsAfter(step: Ran | undefined, other: Ran | undefined): boolean {
  if (step === undefined || other === undefined) return step !== undefined;
  return step.endMs === other.endMs ? precedenceOf(step) > precedenceOf(other) : step.endMs > other.endMs;
}

/** Among steps that ended at the same time: a failure ended the others, and a skipped step delayed nothing. */
const precedenceOf = ({ status }: Ran): number => (status === 'failed' ? 2 : Number(status !== 'skipped'));
