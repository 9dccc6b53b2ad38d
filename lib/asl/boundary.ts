import { OUTPUT, type Plan } from '../plan/plan.ts';
import { keepsIn } from '../plan/plan-tree.ts';
import { bytesOf, LEAST_SHARE } from '../runtime/spill.ts';
import { bytesOfKeys, holdsValue } from './fixed-bytes.ts';
import { inputKey, inputPaths } from './input-reads.ts';

type Reader = string | typeof OUTPUT;

/** A step as others see it. */
interface Read {
  /** Who reads its result. */
  readonly readers: ReadonlySet<Reader>;
  /** The steps that it reads. */
  readonly reads: Set<string>;
  /** The paths at which it reads the flow's input. */
  readonly paths: readonly string[];
  /** The least bytes that its slots take in a payload. */
  readonly bytes: number;
}

/** Who reads what in a plan. */
export type Reading = ReadonlyMap<string, Read>;

/** A boolean and its name. */
const BOOLEAN = 14;

/** Who reads what in a plan. */
export function readingOf({ steps, keeps, tree }: Plan): Reading {
  const found = new Map<string, Read>();
  for (const [id, planned] of steps) {
    const keys = [...new Set(planned.readings.map(({ key }) => key))];
    const values = keys.filter(holdsValue).length * LEAST_SHARE;
    found.set(id, {
      readers: new Set(planned.readings.map(({ reader }) => reader)),
      reads: new Set(),
      paths: inputPaths([planned], []).map(inputKey),
      bytes: bytesOf(id) + bytesOfKeys(keys) + values,
    });
  }
  for (const keep of tree ? keepsIn(tree) : []) {
    const readers = new Set((keeps.get(keep.id) ?? []).map(({ reader }) => reader));
    const paths = inputPaths([], [keep]).map(inputKey);
    found.set(keep.id, { readers, reads: new Set(), paths, bytes: bytesOf(keep.id) + BOOLEAN * keep.kept.length });
  }
  for (const [id, { readers }] of found) {
    for (const reader of readers) if (reader !== OUTPUT) found.get(reader)?.reads.add(id);
  }
  return found;
}

// Bytes of a definition as emit-nested.ts writes it, besides the steps' ids; with a reserve, since what is read of a step
// may be a part of it.
const CALL = 1100;
const MACHINE = 300;
const TAKEN = { call: 40, inside: 60 };
const GIVEN = { call: 60, inside: 40 };
/** What the call says of a path of the flow's input. */
const PATH = 170;
/** What a step's call says of the flow's execution is longer inside. */
const STEP = 40;

/**
 * What a nested state machine adds to the steps in it, estimated: in the one that starts it, in itself, and what passes
 * between them. Steps may be added until it is too much.
 */
export class Boundary {
  /** Bytes of the Task that starts it. */
  call = CALL;
  /** Bytes that it has besides its steps'. */
  inside = MACHINE;
  /** The least bytes of its input. */
  input = 0;
  /** The least bytes of its output. */
  output = 0;
  readonly #reading: Reading;
  readonly #steps = new Set<string>();
  readonly #taken = new Set<string>();
  /** Of the steps inside that are read outside, by how many. */
  readonly #given = new Map<string, number>();
  readonly #paths = new Set<string>();

  constructor(reading: Reading, steps: readonly string[] = []) {
    this.#reading = reading;
    this.add(steps);
  }

  /** Moves steps inside. */
  add(steps: readonly string[]): void {
    for (const id of steps) this.#steps.add(id);
    for (const id of steps) {
      const step = this.#reading.get(id);
      this.inside += STEP;
      if (this.#taken.delete(id)) this.#take(id, -1);
      for (const read of step?.reads ?? []) this.#read(read);
      for (const path of step?.paths ?? []) this.#readPath(path);
      this.#give(id, [...(step?.readers ?? [])].filter((reader) => !this.#has(reader)).length);
    }
  }

  #has(reader: Reader): boolean {
    return reader !== OUTPUT && this.#steps.has(reader);
  }

  #read(id: string): void {
    const outside = this.#given.get(id);
    if (outside !== undefined) this.#give(id, outside - 1);
    if (this.#steps.has(id)) return;
    this.inside += id.length + TAKEN.inside;
    if (this.#taken.has(id)) return;
    this.#taken.add(id);
    this.#take(id, 1);
  }

  #take(id: string, sign: 1 | -1): void {
    this.call += sign * (2 * id.length + TAKEN.call);
    this.input += sign * (this.#reading.get(id)?.bytes ?? 0);
  }

  #readPath(path: string): void {
    this.inside += path.length + TAKEN.inside;
    if (this.#paths.has(path)) return;
    this.#paths.add(path);
    this.call += 4 * path.length + PATH;
    this.input += bytesOf(path) + LEAST_SHARE;
  }

  /** Notes by how many a step inside is read outside. */
  #give(id: string, outside: number): void {
    const change = Number(outside > 0) - Number(this.#given.has(id));
    this.call += change * (2 * id.length + GIVEN.call);
    this.inside += change * (2 * id.length + GIVEN.inside);
    this.output += change * (this.#reading.get(id)?.bytes ?? 0);
    if (outside > 0) this.#given.set(id, outside);
    else this.#given.delete(id);
  }
}
