/**
 * What a function puts into one blob, of a step whose inner flow the state machine runs, where markers for each of its values
 * do not fit.
 *
 * | part | is |
 * |---|---|
 * | `input` | the input of each run of the inner flow |
 * | `runs` | the result of each run |
 * | `result` | what is read of the step's own result |
 */
export type PackedPart = 'input' | 'runs' | 'result';

/** A part that may be packed, and the id of its step; that of a step in an inner flow begins as in `CompiledStep`. */
export interface Packable {
  readonly step: string;
  readonly part: PackedPart;
}

const keyOf = ({ step, part }: Packable): string => `${part} ${step}`;

/** The parts that are packed. Each costs a call of a function, so none is where all values fit. */
export class Packing {
  readonly #keys: ReadonlySet<string>;

  constructor(keys: Iterable<string> = []) {
    this.#keys = new Set(keys);
  }

  has(step: string, part: PackedPart): boolean {
    return this.#keys.has(keyOf({ step, part }));
  }

  get size(): number {
    return this.#keys.size;
  }

  and(more: readonly Packable[]): Packing {
    return new Packing([...this.#keys, ...more.map(keyOf)]);
  }
}
