import { builtinOf, inputField } from '../compiler/analyse/builtins.ts';
import type { Use } from '../compiler/analyse/uses.ts';
import type { Plan, PlannedStep } from '../compiler/plan/plan.ts';
import type { Expression, InputReference } from '../flow/expression.ts';
import { parseSlotKey, type Slots, type Test, testKey } from '../protocol/invocation.ts';
import { isObject, type Json, type JsonObject } from '../protocol/json.ts';
import { type Path, type Segment, valueAt } from '../protocol/path.ts';
import { sample } from './sample.ts';

/**
 * What a simulated run takes for the values that only components and callers know, so that it goes the normal way:
 * `$if` is true, `skipIf` is false, and nothing is there for `$coalesce` yet, so that each of its items is asked. With
 * that every step runs but those that an `else` alone wants. A `map` has so many items, an `iterate` ends after its
 * first round, and the flows inside steps get input that fits their schemas.
 */
export interface StandIns {
  /** The answer of a step's task to its `reads`. Steps of flows inside steps go by `RUNNER.ID`. */
  readonly answer: (step: string, reads: readonly string[]) => Slots;
  readonly input: Json;
}

/** The stand-ins for a flow. `items`: how many a `map` has whose list is not written out. */
export function standInsFor(plan: Plan, items: number): StandIns {
  const slots = new Map<string, Json>();
  const input = new Expectations({ plan, prefix: '', items, slots }).input();
  const answer = (step: string, reads: readonly string[]): Slots =>
    Object.fromEntries(reads.map((key): [string, Json] => [key, slots.get(slotId(step, key)) ?? usual(key)]));
  return { answer, input };
}

const slotId = (step: string, key: string): string => `${step}\n${key}`;

const USUAL: { readonly [T in Test]: boolean } = { if: true, skipIf: false, present: false };

function usual(key: string): Json {
  const { test } = parseSlotKey(key);
  return test ? USUAL[test] : null;
}

interface Place {
  readonly plan: Plan;
  readonly prefix: string;
  readonly items: number;
  /** Takes the expected values of slots, by {@link slotId}. */
  readonly slots: Map<string, Json>;
}

/** What one flow expects of the values that it reads, by where it reads them. */
class Expectations {
  readonly #place: Place;
  readonly #input: { readonly path: Path; readonly value: Json }[] = [];

  constructor(place: Place) {
    this.#place = place;
    for (const planned of place.plan.steps.values()) this.#runner(planned);
  }

  /** Input that fits the flow's schema, and has all that the flow reads of it. */
  input(): Json {
    const { flow } = this.#place.plan;
    let input: Json = flow.inputSchema === undefined ? {} : sample(flow.inputSchema);
    for (const { path, value } of this.#input) input = withValue(input, path.segments, value);
    for (const { reference, test, optional } of inputUses(this.#place.plan)) {
      const { path } = reference.path;
      const found = valueAt(input, path);
      if (test === 'skipIf' && (found === undefined || found === true)) input = withValue(input, path.segments, false);
      else if (found === undefined && !optional) input = withValue(input, path.segments, true);
    }
    return input;
  }

  /** A step that runs a flow reads values for a purpose: items, and input for that flow. */
  #runner({ step, inner }: PlannedStep): void {
    const builtin = builtinOf(step);
    if (!inner || !builtin) return;
    const inside = new Expectations({ ...this.#place, plan: inner, prefix: `${this.#place.prefix}${step.id}.` });
    const input = inside.input();
    const expect = (field: string, value: Json): void => this.#expect(inputField(step, field), value);
    if (builtin === 'map') {
      expect(
        'items',
        Array.from({ length: this.#place.items }, () => input),
      );
      expect('max_concurrency', this.#place.items);
    } else if (builtin === 'eval') expect('input', input);
    else {
      expect('initial_input', input);
      expect('max_iterations', 1);
      inside.#expect(inner.flow.output, { result: null });
    }
  }

  #expect(expression: Expression | undefined, value: Json): void {
    switch (expression?.kind) {
      case 'step':
        this.#place.slots.set(this.#slot(expression.step, expression.path.text), value);
        return;
      case 'input':
        this.#input.push({ path: expression.path.path, value });
        return;
      case 'map':
        for (const entry of expression.entries)
          if (isObject(value)) this.#expect(entry.value, value[entry.key] ?? null);
        return;
      case 'list':
        for (const [at, item] of expression.items.entries())
          this.#expect(item, (Array.isArray(value) ? value[at] : null) ?? null);
        return;
      case 'if':
        this.#expectChoice(expression.condition, isObject(value) ? lacks(expression.consequent, value) : false);
        this.#expect(expression.consequent, value);
        this.#expect(expression.alternative, value);
        return;
      case 'coalesce':
        for (const item of expression.items) this.#expect(item, value);
        this.#expectPresent(expression.items.at(-1));
        return;
      default:
    }
  }

  /** Of a condition between two arms: that the first cannot be meant. */
  #expectChoice(condition: Expression, otherwise: boolean): void {
    if (!otherwise) return;
    if (condition.kind === 'input') this.#input.push({ path: condition.path.path, value: false });
    if (condition.kind !== 'step') return;
    this.#place.slots.set(this.#slot(condition.step, testKey('if', condition.path.text)), false);
  }

  #expectPresent(last: Expression | undefined): void {
    if (last?.kind !== 'step') return;
    this.#place.slots.set(this.#slot(last.step, testKey('present', last.path.text)), true);
  }

  #slot(step: string, key: string): string {
    return slotId(`${this.#place.prefix}${step}`, key);
  }
}

/** Whether an expression is a map without the keys that are wanted. */
function lacks(expression: Expression, wanted: JsonObject): boolean {
  if (expression.kind !== 'map' && expression.kind !== 'literal') return false;
  const keys = new Set(expression.entries?.map(({ key }) => key));
  return expression.entries !== undefined && Object.keys(wanted).some((key) => !keys.has(key));
}

/** All uses of a flow's input. */
function inputUses(plan: Plan): readonly Use<InputReference>[] {
  const uses = [...plan.steps.values()].flatMap(({ uses: { input, skipIf, fallback } }) => [
    ...input,
    ...skipIf,
    ...fallback,
  ]);
  return [...uses, ...plan.output].filter(isInputUse);
}

const isInputUse = (use: Use): use is Use<InputReference> => use.reference.kind === 'input';

/** A value with another one put in at a path; what stands in the way gives place. */
function withValue(whole: Json, segments: readonly Segment[], value: Json): Json {
  const [segment, ...rest] = segments;
  if (segment === undefined) return value;
  if (typeof segment === 'number') {
    const list = Array.isArray(whole) ? [...whole] : [];
    while (list.length <= segment) list.push(null);
    list[segment] = withValue(list[segment] ?? null, rest, value);
    return list;
  }
  const map = isObject(whole) ? whole : {};
  return { ...map, [segment]: withValue(map[segment] ?? null, rest, value) };
}
