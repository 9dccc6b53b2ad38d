import { type Compiled, type CompileOptions, compileFlow } from '../compiler/compile.ts';
import type { Plan } from '../compiler/plan/plan.ts';
import type { StepReference } from '../flow/expression.ts';
import type { Flow, Step } from '../flow/flow.ts';
import { isBlobKey } from '../protocol/invocation.ts';
import { type Simulation, simulateCompiled } from '../simulate/index.ts';
import { BLOB_ID_BYTES, type Size } from './sizes.ts';

/** What a finding costs: the flow as it is, less the flow as it would be. Only what differs. */
export interface Cost {
  /** Of the critical path. */
  readonly seconds?: number;
  /** Passed from step to step in a run. */
  readonly bytes?: number;
  /** Of 1,000 runs. */
  readonly usd?: number;
}

/** How large what a reference reads is, in a flow with these steps. */
type SizeOf = (reference: Pick<StepReference, 'step' | 'path'>, steps: ReadonlyMap<string, Step>) => Size;

/** How many steps are simulated for the costs of one flow, so that a large one is read within seconds. */
const MOST_STEPS = 5_000;

/** Computes costs by compiling and simulating a flow as it is and as it would be. */
export class CostModel {
  readonly #compiled: Compiled;
  readonly #settings: CompileOptions;
  readonly #sizeOf: SizeOf;
  #asItIs: Promise<Figures | undefined> | undefined;
  #steps = 0;

  constructor(compiled: Compiled, settings: CompileOptions, sizeOf: SizeOf) {
    this.#compiled = compiled;
    this.#settings = settings;
    this.#sizeOf = sizeOf;
  }

  /** What the flow costs more than `improved`; undefined if that is not known, or too much to compute. */
  async than(improved: Flow): Promise<Cost | undefined> {
    this.#steps += improved.steps.length;
    if (this.#steps > MOST_STEPS) return undefined;
    this.#asItIs ??= this.#figures(this.#compiled);
    const { onPass: _, ...settings } = this.#settings;
    const better = compileFlow({ file: improved.file, flow: improved, diagnostics: [] }, settings);
    const [now, then] = await Promise.all([this.#asItIs, this.#figures(better)]);
    if (!now || !then) return undefined;
    const cost = {
      seconds: rounded(now.seconds - then.seconds),
      bytes: now.bytes - then.bytes,
      usd: rounded(1000 * (now.usd - then.usd)),
    };
    return Object.fromEntries(Object.entries(cost).filter(([, value]) => value > 0));
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
  readonly bytes: number;
  readonly usd: number;
}

function figuresOf(
  { criticalPathSeconds, costUsd }: Simulation,
  plan: Plan,
  sizeOf: (reference: StepReference) => Size,
): Figures {
  const uses = [...plan.steps.values()].flatMap(({ uses: { input } }) => input);
  const bytes = [...uses, ...plan.output].map(({ reference, test }) => {
    if (reference.kind !== 'step' || test !== undefined) return 0;
    // Where the function that makes a value stores it, only the id travels.
    const size = isBlobKey(reference.path.text) ? BLOB_ID_BYTES : sizeOf(reference);
    return typeof size === 'number' ? size : 0;
  });
  return { seconds: criticalPathSeconds, bytes: bytes.reduce((sum, one) => sum + one, 0), usd: costUsd };
}

const rounded = (value: number): number => Number(value.toPrecision(6));
