import fc from 'fast-check';
import type { Json, JsonObject } from '../../lib/protocol/json.ts';

/** A loop as a flow has it: an `iterate` whose flow counts, and ends at the first number that `stop` divides. */
export interface Loop {
  readonly most: number;
  /** Whether `max_iterations` is written out, or read from the flow's input. */
  readonly isWritten: boolean;
  readonly stop: number;
  /** What the step gives instead of a failure. */
  readonly covers: boolean;
  readonly body: readonly Part[];
}

/** A part of the flow of a loop, or of a map: a step that counts, a loop, or a map over equal items. */
export type Part =
  | { readonly kind: 'add' }
  | { readonly kind: 'loop'; readonly loop: Loop }
  | { readonly kind: 'map'; readonly items: number; readonly body: readonly Part[] };

/** A drawn loop, and the numbers at which counting fails. */
export interface LoopSample {
  readonly loop: Loop;
  readonly failsAt: number | undefined;
}

const add: fc.Arbitrary<Part> = fc.constant({ kind: 'add' });

const { part } = fc.letrec<{ part: Part; inner: Loop }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'loops' },
    { weight: 6, arbitrary: add },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('loop' as const), loop: tie('inner') }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('map' as const),
        items: fc.integer({ min: 1, max: 3 }),
        body: fc.array(tie('part'), { minLength: 1, maxLength: 3, depthIdentifier: 'loops' }),
      }),
    },
  ),
  inner: fc.record({
    most: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 5000 })),
    isWritten: fc.constant(true),
    stop: fc.integer({ min: 1, max: 12 }),
    covers: fc.boolean(),
    body: fc.array(tie('part'), { minLength: 1, maxLength: 3, depthIdentifier: 'loops' }),
  }),
}));

/** Loops of one to six steps, some with loops and maps in them. A run of a map that fails is only a result: none fails there. */
export const loopSample: fc.Arbitrary<LoopSample> = fc
  .record({
    loop: fc.record({
      most: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 5000 })),
      isWritten: fc.boolean(),
      stop: fc.integer({ min: 1, max: 400 }),
      covers: fc.boolean(),
      body: fc.array(part, { minLength: 1, maxLength: 6, depthIdentifier: 'loops' }),
    }),
    failsAt: fc.option(fc.integer({ min: 1, max: 80 }), { nil: undefined, freq: 4 }),
  })
  .map((sample) => (hasMap(sample.loop.body) ? { ...sample, failsAt: undefined } : sample));

function hasMap(body: readonly Part[]): boolean {
  return body.some((one) => one.kind === 'map' || (one.kind === 'loop' && hasMap(one.loop.body)));
}

/** What a loop gives that failed and is covered. */
const COVERED = { result: { n: 0 }, iterations: 0, terminated: false };

/** The flow of a loop. Its input is `{n, most}`. */
export const flowOf = (loop: Loop): JsonObject => ({
  steps: [iterate('loop', loop, { $input: 'n' })],
  output: { $step: 'loop' },
});

function iterate(id: string, loop: Loop, n: Json): JsonObject {
  const { steps, last } = stepsOf(loop.body);
  const check = { id: 'check', component: '/m/check', input: { n: last, stop: loop.stop } };
  const value = { n: { $step: 'check', path: 'n' } };
  // biome-ignore lint/suspicious/noThenProperty: a key of the language.
  const output = { $if: { $step: 'check', path: 'done' }, then: { result: value }, else: { next: value } };
  return {
    id,
    component: '/iterate',
    input: {
      initial_input: { n },
      max_iterations: loop.isWritten ? loop.most : { $input: 'most' },
      flow: { $literal: { steps: [...steps, check], output } },
    },
    ...(loop.covers && { onError: { action: 'useDefault', defaultValue: COVERED } }),
  };
}

/** The steps of a body, and the number that the last one gives. */
function stepsOf(body: readonly Part[]): { readonly steps: JsonObject[]; readonly last: Json } {
  let last: Json = { $input: 'n' };
  const steps: JsonObject[] = [];
  for (const [at, one] of body.entries()) {
    const id = `${one.kind}${at}`;
    if (one.kind === 'add') {
      steps.push({ id, component: '/m/add', input: { n: last } });
      last = { $step: id, path: 'n' };
    } else if (one.kind === 'loop') {
      steps.push(iterate(id, one.loop, last));
      last = { $step: id, path: 'result.n' };
    } else {
      const inside = stepsOf(one.body);
      const workflow = { $literal: { steps: [...inside.steps], output: { n: inside.last } } };
      steps.push({ id, component: '/map', input: { items: Array(one.items).fill({ n: last }), workflow } });
      last = { $step: id, path: 'results[0].result.n' };
    }
  }
  return { steps, last };
}

/** Counts as the drawn flows do. */
export class Counting {
  /** The calls so far. */
  calls = 0;
  readonly #failsAt: number | undefined;
  readonly #mostCalls: number;

  constructor(failsAt: number | undefined, mostCalls: number) {
    this.#failsAt = failsAt;
    this.#mostCalls = mostCalls;
  }

  /** What the language says of a loop: its result, or undefined where it fails. Throws a {@link TooLong} beyond the calls. */
  loop(
    loop: Loop,
    from: number,
  ): { readonly n: number; readonly iterations: number; readonly terminated: boolean } | undefined {
    let n = from;
    for (let iterations = 1; ; iterations += 1) {
      const given = this.#body(loop.body, n);
      if (given === undefined) return loop.covers ? { n: 0, iterations: 0, terminated: false } : undefined;
      this.#call();
      n = given;
      const isDone = n % loop.stop === 0;
      if (isDone || iterations >= loop.most) return { n, iterations, terminated: !isDone };
    }
  }

  #body(body: readonly Part[], from: number): number | undefined {
    let n: number | undefined = from;
    for (const one of body) {
      if (n === undefined) return undefined;
      if (one.kind === 'add') n = this.#add(n);
      else if (one.kind === 'loop') n = this.loop(one.loop, n)?.n;
      else {
        const start: number = n;
        n = Array.from({ length: one.items }, () => this.#body(one.body, start))[0];
      }
    }
    return n;
  }

  #add(n: number): number | undefined {
    this.#call();
    return n + 1 === this.#failsAt ? undefined : n + 1;
  }

  #call(): void {
    this.calls += 1;
    if (this.calls > this.#mostCalls) throw new TooLong();
  }
}

/** A drawn loop runs longer than a test has time for. */
export class TooLong extends Error {}
