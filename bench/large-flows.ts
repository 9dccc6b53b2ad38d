/** Large flows for benchmarks: the same ones in each run. */

/** For each step, the steps that it reads. */
export type Graph = readonly (readonly number[])[];

export const SHAPES: { readonly [name: string]: (size: number) => Graph } = {
  chain: (size) => reading(size, (step) => [step - 1]),
  'fan-out and fan-in': (size) =>
    reading(size, (step) => (step < size - 1 ? [0] : Array.from({ length: size - 2 }, (_, at) => at + 1))),
  'chain with skips': (size) => reading(size, (step) => [step - 1, step - 7, step - 40]),
  'random layers': layers,
};

const reading = (size: number, of: (step: number) => readonly number[]): Graph =>
  Array.from({ length: size }, (_, step) => of(step).filter((before) => before >= 0 && before < step));

/** Layers of 20 steps, each of which reads one to three of the layer before, sometimes of any before. */
function layers(size: number): Graph {
  const random = randomNumbers();
  const below = (bound: number): number => Math.floor(random() * bound);
  return reading(size, (step) => {
    const first = step - (step % 20);
    const before = Array.from({ length: 1 + below(3) }, () =>
      random() < 0.9 ? first - 1 - below(20) : below(Math.max(1, first)),
    );
    return [...new Set(before)];
  });
}

/** The same numbers in each run: a linear congruential generator, with the constants of Numerical Recipes. */
export function randomNumbers(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The flow as a user would write it. */
export function sourceOf(graph: Graph): string {
  const steps = graph.map((before, step) => {
    const input = before.map((other) => `      from_${other}: { $step: step_${other}, path: $.value }\n`).join('');
    const head = `  - id: step_${step}\n    component: /bench/work\n    input:\n`;
    return `${head}${input || '      seed: { $input: $.seed }\n'}`;
  });
  return `name: bench\nsteps:\n${steps.join('')}output:\n  last: { $step: step_${graph.length - 1}, path: $.value }\n`;
}
