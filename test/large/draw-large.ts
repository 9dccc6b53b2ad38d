import { stringify } from 'yaml';

/** A flow whose steps add numbers: each gives one more than the sum of what it reads. */
export interface SummingFlow {
  readonly source: string;
  /** For each step the indices of the steps that it reads, all before it. */
  readonly reads: readonly (readonly number[])[];
  /** The duration of each step in milliseconds. */
  readonly ms: readonly number[];
}

export const idOf = (step: number): string => `step_${step}`;

/** The results of the steps, modulo {@link MODULUS}. */
export function evaluate({ reads }: Pick<SummingFlow, 'reads'>): readonly number[] {
  const values: number[] = [];
  for (const read of reads) values.push(read.reduce((sum, step) => (sum + (values[step] ?? 0)) % MODULUS, 1));
  return values;
}

/** Keeps sums exact. */
export const MODULUS = 1_000_003;

/** Each step reads the one before it. */
export const chain = (size: number): SummingFlow =>
  adding(Array.from({ length: size }, (_, at) => (at === 0 ? [] : [at - 1])));

/** One step that `size` others read, and one that reads all of these. */
export function fanOut(size: number): SummingFlow {
  const middle = Array.from({ length: size }, () => [0]);
  return adding([[], ...middle, middle.map((_, at) => at + 1)]);
}

/** Layers of `width` steps, each of which reads some of the layer before, and is read by at least one of the next. */
export function layered(size: number, width: number): SummingFlow {
  const random = randomNumbers();
  const steps = Array.from({ length: size }, (_, at) => {
    const before = Math.floor(at / width) * width - width;
    const some = [at % width, random(width), random(width)].map((one) => before + one);
    return before < 0 ? [] : [...new Set(some)];
  });
  return adding(steps);
}

/** Steps that read up to three of the `window` steps before them: not a series-parallel graph. */
export function windowed(size: number, window: number): SummingFlow {
  const random = randomNumbers();
  const before = (at: number): number => at - 1 - random(Math.min(at, window));
  return adding(
    Array.from({ length: size }, (_, at) => (at === 0 ? [] : [...new Set([before(at), before(at), before(at)])])),
  );
}

function adding(reads: readonly (readonly number[])[]): SummingFlow {
  const random = randomNumbers();
  const read = new Set(reads.flat());
  const last = reads.flatMap((_, at) => (read.has(at) ? [] : [at]));
  const steps = reads.map((before, at) => ({
    id: idOf(at),
    component: '/sum/up',
    input: { of: before.map((step) => ({ $step: idOf(step), path: 'sum' })) },
  }));
  const output = last.map((step) => ({ $step: idOf(step), path: 'sum' }));
  const ms = reads.map(() => 1 + random(1000));
  return { source: stringify({ steps, output }), reads, ms };
}

/** Whole numbers below a bound, the same in every run. Source: Numerical Recipes, linear congruential generator. */
function randomNumbers(): (below: number) => number {
  let state = 1;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
