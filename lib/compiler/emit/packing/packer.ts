import { type Expression, literal, type MapExpression, type ReadPath, WHOLE } from '../../../flow/expression.ts';
import { testKey } from '../../../protocol/invocation.ts';
import { bytesOf, MIN_SHARE } from '../../../runtime/spill/spill.ts';
import { OUTPUT, type PackedValue, type Plan, type PlannedStep, type Reading } from '../../plan/plan.ts';
import { type FanOut, fanOutsIn, type PlanTree, stepsIn } from '../../plan/plan-tree.ts';
import { bytesOfKeys, holdsValue } from '../sizes/fixed-bytes.ts';
import { PAYLOAD_BYTES } from '../sizes/payload-limits.ts';
import { PACK } from './pack-component.ts';
import { namedIn, type Taken, takenBy, valueKey } from './packable.ts';

/** The most values in one blob: each reader of one of them reads all. */
const MAX_VALUES = 400;

/** The most bytes that these values take where they meet before they are packed, each spilled: half of a payload. */
const MAX_BYTES = PAYLOAD_BYTES / 2;

/** A test that any step may be asked for. Its slot takes `$skipped` and `$missing` along. */
const SIGN = testKey('present', WHOLE.text);

/** Values that a step hands on to functions. */
interface Value {
  readonly id: string;
  readonly key: string;
  readonly path: ReadPath;
  readonly readers: ReadonlySet<string>;
}

/** Whether one who reads a step is among the readers in question. */
export type IsReader = (reader: Reading['reader']) => boolean;

/** Bytes that a value takes where it is handed on. */
export const bytesOfValue = ({ id, key }: Pick<Value, 'id' | 'key'>): number =>
  MIN_SHARE + bytesOf(id) + bytesOfKeys([key]);

/** Adds steps to a plan that pack values, and lets those who read the values take them from the blobs. */
export class Packer {
  readonly #plan: Plan;
  readonly #prefix: string;
  readonly #maxValues: number;
  readonly #steps: Map<string, PlannedStep>;
  readonly #taken = new Map<string, ReadonlyMap<string, Taken>>();
  readonly #packed = new Map<string, Map<string, Map<string, PackedValue>>>();
  readonly #ids: Set<string>;
  #named: ReadonlySet<string> | undefined;

  /**
   * `prefix`: precedes the ids of the plan's steps, if it is that of an inner flow. `values`: the most in one blob, where that
   * is less than is good.
   */
  constructor(plan: Plan, { prefix, values }: { readonly prefix: string; readonly values?: number | undefined }) {
    this.#plan = plan;
    this.#prefix = prefix;
    this.#maxValues = Math.max(2, Math.min(MAX_VALUES, values ?? MAX_VALUES));
    this.#steps = new Map(plan.steps);
    this.#ids = new Set([...plan.steps.keys(), ...plan.flow.steps.map(({ id }) => id)]);
    for (const [id, { packed = [] }] of plan.steps) {
      this.#packed.set(id, new Map([...packed].map(([from, values]) => [from, new Map(values)])));
    }
  }

  /** Whether values that take these bytes together can be packed in one blob. */
  fitsBlob(values: number, bytes: number): boolean {
    return values <= this.#maxValues && bytes <= MAX_BYTES;
  }

  /**
   * The values of some steps that, among the readers in question, only functions take: to these, they need not be handed on
   * one by one.
   */
  valuesOf(steps: Iterable<string>, isReader: IsReader): readonly Value[] {
    return [...steps].flatMap((id) => {
      const planned = this.#steps.get(id);
      return !planned || planned.step.component === PACK ? [] : this.#handedOn(planned, isReader);
    });
  }

  #handedOn({ step: { id }, readings }: PlannedStep, isReader: IsReader): readonly Value[] {
    const values: Value[] = [];
    for (const [key, all] of byKey(readings)) {
      const readers = [...all].filter(isReader);
      const taken = readers.map((reader) => (reader === OUTPUT ? undefined : this.#takenBy(reader, id, key)));
      const [one] = taken;
      if (!one || !holdsValue(key) || taken.includes(undefined)) continue;
      values.push({ id, key, path: one.path, readers: new Set(readers.filter((reader) => reader !== OUTPUT)) });
    }
    return values;
  }

  #takenBy(reader: string, id: string, key: string): Taken | undefined {
    const planned = this.#steps.get(reader);
    const taken = this.#taken.get(reader) ?? (planned ? takenBy(planned) : new Map<string, Taken>());
    this.#taken.set(reader, taken);
    return taken.get(valueKey(id, key));
  }

  /** The ids of all steps, those that pack among them. */
  get ids(): readonly string[] {
    return [...this.#steps.keys()];
  }

  /** The steps that pack these values, side by side; undefined where that would save nothing. */
  pack(values: readonly Value[]): PlanTree | undefined {
    if (values.length < 2) return undefined;
    const packers = this.#chunksOf(values).map((chunk) => {
      const items = chunk.map(({ id, key, path }) => ({ ...this.#reference(id), path: { ...path, text: key } }));
      const values: Expression = { kind: 'list', items, span: this.#spanOf(chunk) };
      const packer = this.#add(chunk, [['values', values]]);
      for (const [index, value] of chunk.entries()) this.#move(value, { packer, index });
      return packer;
    });
    return sideBySide(packers);
  }

  /** The steps that pack what is read of one step's result, of which its function then returns the whole. */
  packResult(id: string): PlanTree | undefined {
    this.#named ??= namedIn(this.#plan);
    const isOpen = ({ key }: Value): boolean => key !== WHOLE.text && !this.#named?.has(valueKey(id, key));
    const values = this.valuesOf([id], () => true).filter(isOpen);
    if (values.length < 2) return undefined;
    const packers = this.#chunksOf(values).map((chunk) => {
      const span = this.#spanOf(chunk);
      const packer = this.#add(chunk, [
        ['result', this.#reference(id)],
        ['step', literal(this.#prefix + id, span)],
        [
          'reads',
          literal(
            chunk.map(({ key }) => key),
            span,
          ),
        ],
      ]);
      for (const [index, value] of chunk.entries()) this.#move(value, { packer, index }, WHOLE.text);
      return packer;
    });
    return sideBySide(packers);
  }

  /** Lets readers take a value from a blob. The packing step reads it in their place, or what it is a part of: `as`. */
  #move({ id, key, readers }: Value, to: PackedValue, as = key): void {
    const planned = this.#steps.get(id);
    if (!planned) return;
    const readings = planned.readings.flatMap((reading): readonly Reading[] => {
      const { reader } = reading;
      if (reading.key !== key || typeof reader !== 'string' || !readers.has(reader)) return [reading];
      const isAsked = planned.maySkip || this.#takenBy(reader, id, key)?.isAsked === true;
      return isAsked ? [{ reader, key: SIGN }] : [];
    });
    this.#steps.set(id, { ...planned, readings: [...readings, { reader: to.packer, key: as }] });
    for (const reader of readers) this.#take(reader, id, key, to);
  }

  #take(reader: string, id: string, key: string, value: PackedValue): void {
    const packed = this.#packed.get(reader) ?? new Map<string, Map<string, PackedValue>>();
    this.#packed.set(reader, packed);
    packed.set(id, (packed.get(id) ?? new Map()).set(key, value));
  }

  /** Values that are packed together. */
  #chunksOf(values: readonly Value[]): readonly (readonly Value[])[] {
    const chunks: Value[][] = [];
    let bytes = 0;
    for (const value of values) {
      const own = bytesOfValue(value);
      const last = chunks.at(-1);
      if (last && this.fitsBlob(last.length + 1, bytes + own)) last.push(value);
      else chunks.push([value]);
      bytes = last === chunks.at(-1) ? bytes + own : own;
    }
    return chunks;
  }

  #add(values: readonly Value[], fields: readonly (readonly [string, Expression])[]): string {
    const span = this.#spanOf(values);
    const id = this.#idFor(values[0]?.id ?? '');
    const entries: MapExpression['entries'] = fields.map(([key, value]) => ({ key, keySpan: span, value }));
    const readers = new Set(values.flatMap((value) => [...value.readers]));
    this.#steps.set(id, {
      step: {
        ...{ id, component: PACK, input: { kind: 'map', entries, span }, onError: { action: 'fail' } },
        ...{ mustExecute: false, idSpan: span, componentSpan: span, added: true },
      },
      // None of what it reads lets it be skipped, or fail.
      uses: { input: [], skipIf: [], fallback: [], after: [] },
      laterDeciders: new Set(),
      maySkip: false,
      readings: [...readers].map((reader) => ({ reader, key: WHOLE.text })),
      secrets: [],
    });
    return id;
  }

  #reference(step: string): Extract<Expression, { kind: 'step' }> {
    return { kind: 'step', step, path: WHOLE, span: this.#steps.get(step)?.step.idSpan ?? NOWHERE };
  }

  #spanOf([first]: readonly Value[]): typeof NOWHERE {
    return this.#steps.get(first?.id ?? '')?.step.idSpan ?? NOWHERE;
  }

  #idFor(first: string): string {
    let count = 1;
    while (this.#ids.has(`${first}.packed_${count}`)) count += 1;
    const own = `${first}.packed_${count}`;
    this.#ids.add(own);
    return own;
  }

  /** The plan with these steps, arranged in this tree. */
  plan(tree: PlanTree): Plan {
    for (const fanOut of fanOutsIn(tree)) this.#alike(fanOut);
    const steps = stepsIn(tree).flatMap((id): [string, PlannedStep][] => {
      const planned = this.#steps.get(id);
      const packed = this.#packed.get(id);
      return planned ? [[id, packed && packed.size > 0 ? { ...planned, packed } : planned]] : [];
    });
    return { ...this.#plan, tree, steps: new Map(steps) };
  }

  /** The steps of a Map are called in one way: where one of them is asked for its sign, all are. */
  #alike({ steps }: FanOut): void {
    const all = steps.flatMap((id) => this.#steps.get(id) ?? []);
    const isAsked = ({ readings }: PlannedStep): boolean => readings.some(({ key }) => key === SIGN);
    if (!all.some(isAsked)) return;
    for (const planned of all.filter((one) => !isAsked(one))) {
      const { id } = planned.step;
      this.#steps.set(id, { ...planned, readings: [...planned.readings, { reader: id, key: SIGN }] });
    }
  }
}

const NOWHERE = { line: 1, column: 1, endLine: 1, endColumn: 1 };

function byKey(readings: readonly Reading[]): ReadonlyMap<string, ReadonlySet<Reading['reader']>> {
  const readers = new Map<string, Set<Reading['reader']>>();
  for (const { reader, key } of readings) readers.set(key, (readers.get(key) ?? new Set()).add(reader));
  return readers;
}

function sideBySide(ids: readonly string[]): PlanTree {
  const branches = ids.map((id): PlanTree => ({ kind: 'step', id }));
  const [only, ...more] = branches;
  return only && more.length === 0 ? only : { kind: 'parallel', branches };
}
