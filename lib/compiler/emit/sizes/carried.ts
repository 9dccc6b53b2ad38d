/**
 * What goes through the function `/builtin/carry` and leaves it as one value, of a step that the state machine itself does or
 * whose inner flow it runs: where the values in it do not fit, not even as markers.
 *
 * | part | is |
 * |---|---|
 * | `input` | the input of each run of the inner flow |
 * | `runs` | the result of each run |
 * | `result` | what is read of the step's own result |
 * | `default` | what is read of the default of its `onError` |
 */
export type CarriedPart = (typeof CARRIED_PARTS)[number];

/** All parts that may be carried. */
export const CARRIED_PARTS = ['input', 'runs', 'result', 'default'] as const;

/** A part that may be carried, and the id of its step; that of a step in an inner flow begins as in `CompiledStep`. */
export interface Carriable {
  readonly step: string;
  readonly part: CarriedPart;
}

const keyOf = ({ step, part }: Carriable): string => `${part} ${step}`;

/** The parts that are carried. Each costs a call of a function, so none is where all values fit. */
export class Carried {
  readonly #keys: ReadonlySet<string>;

  constructor(keys: Iterable<string> = []) {
    this.#keys = new Set(keys);
  }

  has(step: string, part: CarriedPart): boolean {
    return this.#keys.has(keyOf({ step, part }));
  }

  get size(): number {
    return this.#keys.size;
  }

  and(more: readonly Carriable[]): Carried {
    return new Carried([...this.#keys, ...more.map(keyOf)]);
  }
}
