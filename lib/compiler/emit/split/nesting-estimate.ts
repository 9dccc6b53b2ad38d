import { bytesOf, MIN_SHARE } from '../../../runtime/spill/spill.ts';
import { OUTPUT, type Plan } from '../../plan/plan.ts';
import { hoistedConditionsIn } from '../../plan/plan-tree.ts';
import { inputKey, inputPaths } from '../jsonata/input-reads.ts';
import { bytesOfKeys, holdsValue } from '../sizes/fixed-bytes.ts';

type Reader = string | typeof OUTPUT;

/** A step as others see it. */
interface StepReads {
  /** The readers of its result. */
  readonly readers: ReadonlySet<Reader>;
  /** The steps that it reads. */
  readonly reads: Set<string>;
  /** The paths at which it reads the flow's input. */
  readonly paths: readonly string[];
  /** The least bytes that its slots take in a payload. */
  readonly bytes: number;
}

/** What reads what in a plan, by the steps' ids. */
export type PlanReads = ReadonlyMap<string, StepReads>;

/** Bytes of a hoisted condition: a boolean and its name. */
const CONDITION = 14;

/** What reads what in a plan. */
export function readsOfPlan({ steps, hoistedConditions, tree }: Plan): PlanReads {
  const found = new Map<string, StepReads>();
  for (const [id, planned] of steps) {
    const keys = [...new Set(planned.readings.map(({ key }) => key))];
    const values = keys.filter(holdsValue).length * MIN_SHARE;
    found.set(id, {
      readers: new Set(planned.readings.map(({ reader }) => reader)),
      reads: new Set(),
      paths: inputPaths([planned], []).map(inputKey),
      bytes: bytesOf(id) + bytesOfKeys(keys) + values,
    });
  }
  for (const conditions of tree ? hoistedConditionsIn(tree) : []) {
    const readers = new Set((hoistedConditions.get(conditions.id) ?? []).map(({ reader }) => reader));
    const paths = inputPaths([], [conditions]).map(inputKey);
    found.set(conditions.id, {
      readers,
      reads: new Set(),
      paths,
      bytes: bytesOf(conditions.id) + CONDITION * conditions.conditions.length,
    });
  }
  for (const [id, { readers }] of found) {
    for (const reader of readers) if (reader !== OUTPUT) found.get(reader)?.reads.add(id);
  }
  return found;
}

// Bytes of a definition as emit-nested.ts writes it, without the steps' ids; with a reserve, since a part of a step's slots
// may be picked. `call`: in the Task that starts the nested state machine; `inside`: in the nested state machine.
const EACH = { call: 1300, inside: 300 };
/** For a step outside that is read inside. */
const HANDED_IN = { call: 40, inside: 60 };
/** For a step inside that is read outside. */
const HANDED_OUT = { call: 60, inside: 40 };
/** For a path of the flow's input that is read inside. */
const INPUT_PATH = { call: 170, inside: 60 };
/** For a step inside: the expression of the flow's execution is longer there, and that of the own one is there too. */
const STEP = { inside: 110 };

/**
 * An estimate of what a nested state machine adds to the steps in it: in the state machine that starts it, in itself, and
 * between the two. Steps can be added one by one.
 *
 * Measured alternative: with constants instead, and the emitted states measured afterwards, 5,000 steps that read any of the
 * 60 before them were emitted twice and took a seventh longer to compile; small limits gave more state machines.
 */
export class NestingEstimate {
  /** Bytes of the Task that starts it. */
  call = EACH.call;
  /** Bytes that it has in addition to its steps. */
  inside = EACH.inside;
  /** The least bytes of its input. */
  input = 0;
  /** The least bytes of its output. */
  output = 0;
  readonly #reads: PlanReads;
  readonly #steps = new Set<string>();
  /** The steps outside that are read inside. */
  readonly #handedIn = new Set<string>();
  /** The steps inside that are read outside, and by how many readers. */
  readonly #handedOut = new Map<string, number>();
  readonly #paths = new Set<string>();

  constructor(reads: PlanReads, steps: readonly string[] = []) {
    this.#reads = reads;
    this.add(steps);
  }

  /** Moves steps inside. */
  add(steps: readonly string[]): void {
    for (const id of steps) this.#steps.add(id);
    for (const id of steps) {
      const step = this.#reads.get(id);
      this.inside += STEP.inside;
      if (this.#handedIn.delete(id)) this.#handIn(id, -1);
      for (const read of step?.reads ?? []) this.#read(read);
      for (const path of step?.paths ?? []) this.#readPath(path);
      this.#handOut(id, [...(step?.readers ?? [])].filter((reader) => !this.#has(reader)).length);
    }
  }

  #has(reader: Reader): boolean {
    return reader !== OUTPUT && this.#steps.has(reader);
  }

  #read(id: string): void {
    const outside = this.#handedOut.get(id);
    if (outside !== undefined) this.#handOut(id, outside - 1);
    if (this.#steps.has(id)) return;
    this.inside += id.length + HANDED_IN.inside;
    if (this.#handedIn.has(id)) return;
    this.#handedIn.add(id);
    this.#handIn(id, 1);
  }

  #handIn(id: string, sign: 1 | -1): void {
    this.call += sign * (2 * id.length + HANDED_IN.call);
    this.input += sign * (this.#reads.get(id)?.bytes ?? 0);
  }

  #readPath(path: string): void {
    this.inside += path.length + INPUT_PATH.inside;
    if (this.#paths.has(path)) return;
    this.#paths.add(path);
    this.call += 4 * path.length + INPUT_PATH.call;
    this.input += bytesOf(path) + MIN_SHARE;
  }

  /** Records how many readers outside a step inside has. */
  #handOut(id: string, outside: number): void {
    const change = Number(outside > 0) - Number(this.#handedOut.has(id));
    this.call += change * (2 * id.length + HANDED_OUT.call);
    this.inside += change * (2 * id.length + HANDED_OUT.inside);
    this.output += change * (this.#reads.get(id)?.bytes ?? 0);
    if (outside > 0) this.#handedOut.set(id, outside);
    else this.#handedOut.delete(id);
  }
}
