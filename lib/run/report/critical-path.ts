import type { Arrangement } from '../../compiler/source-map.ts';
import type { StepReport } from './events.ts';

interface Ran extends StepReport {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The chain of steps that a run's length comes from, first to last, by their ids: of steps one after another all that
 * ran, of what stands side by side the branch that ended last. A step that was passed over is not in it.
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
    .reduce((best, chain) => (endsAfter(chain.at(-1), best.at(-1)) ? chain : best), []);
}

/** Whether a step ends what goes on side by side, rather than another one. */
function endsAfter(step: Ran | undefined, other: Ran | undefined): boolean {
  if (step === undefined || other === undefined) return step !== undefined;
  return step.endMs === other.endMs ? precedenceOf(step) > precedenceOf(other) : step.endMs > other.endMs;
}

/** Of steps that ended at once, a failure has ended the others, and one that was skipped has held up nobody. */
const precedenceOf = ({ status }: Ran): number => (status === 'failed' ? 2 : Number(status !== 'skipped'));
