import { type Compiled, type CompileOptions, compileFlow } from '../compiler/compile.ts';
import type { Plan } from '../compiler/plan/plan.ts';
import type { StepReference } from '../flow/expression.ts';
import type { Flow, Step } from '../flow/flow.ts';
import { isBlobKey } from '../protocol/invocation.ts';
import { type Simulation, simulateCompiled } from '../simulate/index.ts';
import { BLOB_ID_BYTES, type Size } from './sizes.ts';

/** What a finding costs: the flow as it is, less the flow as it would be; 0 where it is no more. */
export interface Cost {
  /** Of the critical path. */
  readonly seconds: number;
  /** Passed from step to step in a run; absent where no size is known of what would no longer be passed. */
  readonly bytes?: number;
  /** Of 1,000 runs. */
  readonly usd: number;
}

/** Whether the flow would be neither faster nor cheaper, as far as is known. */
export const isFree = (cost: Cost): boolean => Object.values(cost).every((value) => value === 0);

/** How large what a reference reads is, in a flow with these steps. */
type SizeOf = (reference: Pick<StepReference, 'step' | 'path'>, steps: ReadonlyMap<string, Step>) => Size;

/** How many steps are simulated for the costs of one flow, so that a large one is read within seconds. */
export const MOST_STEPS = 5_000;

/** Computes costs by compiling and simulating a flow as it is and as it would be. */
export class CostModel {
  readonly #compiled: Compiled;
  readonly #settings: CompileOptions;
  readonly #sizeOf: SizeOf;
  #asItIs: Promise<Figures | undefined> | undefined;
  #steps = 0;
  #leftOut = 0;

  constructor(compiled: Compiled, settings: CompileOptions, sizeOf: SizeOf) {
    this.#compiled = compiled;
    this.#settings = settings;
    this.#sizeOf = sizeOf;
  }

  /** How many costs were too much to compute. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** What the flow costs more than `improved`; undefined if that is not known, or too much to compute. */
  async than(improved: Flow): Promise<Cost | undefined> {
    this.#steps += improved.steps.length;
    if (this.#steps > MOST_STEPS) {
      this.#leftOut += 1;
      return undefined;
    }
    this.#asItIs ??= this.#figures(this.#compiled);
    const { onPass: _, ...settings } = this.#settings;
    const better = compileFlow({ file: improved.file, flow: improved, diagnostics: [] }, settings);
    const [now, then] = await Promise.all([this.#asItIs, this.#figures(better)]);
    if (!now || !then) return undefined;
    const bytes = more(now.bytes, then.bytes);
    return {
      seconds: more(now.seconds, then.seconds),
      ...((bytes > 0 || now.unknown === then.unknown) && { bytes }),
      usd: more(1000 * now.usd, 1000 * then.usd),
    };
  }

  async #figures(compiled: Compiled): Promise<Figures | undefined> {
    const { simulation } = await simulateCompiled(compiled, this.#settings);
    const { plan, flow } = compiled;
    if (!simulation || !plan || !flow) return undefined;
    const steps = new Map(flow.steps.map((step) => [step.id, step]));
    return figuresOf(simulation, plan, (reference) => this.#sizeOf(reference, steps));
  }
}

interface Figures {
  readonly seconds: number;
  /** Of the values whose size is known. */
  readonly bytes: number;
  /** How many values have an unknown size. */
  readonly unknown: number;
  readonly usd: number;
}

function figuresOf(
  { criticalPathSeconds, costUsd }: Simulation,
  plan: Plan,
  sizeOf: (reference: StepReference) => Size,
): Figures {
  const uses = [...plan.steps.values()].flatMap(({ uses: { input } }) => input);
  const sizes = [...uses, ...plan.output].map(({ reference, test }): Size => {
    if (reference.kind !== 'step' || test !== undefined) return 0;
    // Where the function that makes a value stores it, only the id travels.
    return isBlobKey(reference.path.text) ? BLOB_ID_BYTES : sizeOf(reference);
  });
  const known = sizes.filter((size) => typeof size === 'number');
  const bytes = known.reduce((sum, one) => sum + one, 0);
  return { seconds: criticalPathSeconds, bytes, unknown: sizes.length - known.length, usd: costUsd };
}

/** By how much a number is more than another one, without what calculations add: 0 if it is not. */
const more = (one: number, other: number): number => {
  const difference = one - other;
  return difference > NOTHING * Math.abs(one) ? Number(difference.toPrecision(6)) : 0;
};

/** The part of a number that is an error of calculation. */
const NOTHING = 1e-12;
