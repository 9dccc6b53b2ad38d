import { builtinOf, inputField } from '../compiler/analyse/builtins.ts';
import { VARIABLES_FIELD } from '../compiler/analyse/given-variables.ts';
import type { Use } from '../compiler/analyse/uses.ts';
import { findProblems } from '../compiler/check/problems.ts';
import type { Plan, PlannedStep } from '../compiler/plan/plan.ts';
import type { Expression, InputReference, VariableReference } from '../flow/expression.ts';
import type { Step } from '../flow/flow.ts';
import { parseSlotKey, type Slots, type Test, testKey } from '../protocol/invocation.ts';
import { isObject, type Json, type JsonObject } from '../protocol/json.ts';
import { operationAt, valueOrMadeAt } from '../protocol/operation-at.ts';
import { type Path, valueAt } from '../protocol/path.ts';
import { passes } from '../protocol/truth.ts';
import {
  truthsFor,
  type WantedEquality,
  type WantedTest,
  type WantedTruth,
  wantedTruths,
} from './assumed-conditions.ts';
import { answerOf, withOperands, withTruth } from './assumed-operands.ts';
import { sampleValue } from './sample.ts';
import { withValue } from './with-value.ts';

/**
 * The values that a simulated run assumes for results and input, which only components and callers know. `$if` is true,
 * `skipIf` is false, and values that `$coalesce` tests are missing, so that each of its items is evaluated: every step runs
 * except those that only an `else` demands. A `map` has a given number of items, an `iterate` goes
 * round as often as it may, and inner flows get input that satisfies their schemas.
 */
export interface AssumedValues {
  /** The slots that a step's task returns for its `reads`. A step of an inner flow has the id `RUNNER.ID`. */
  readonly answer: (step: string, reads: readonly string[]) => Slots;
  readonly input: Json;
}

/** The assumed values of a flow. `items`: how many items a `map` has if its list is not a literal. */
export function assumedValues(plan: Plan, items: number): AssumedValues {
  const slots = new Map<string, Json>();
  const input = new Assumptions({ plan, prefix: '', items, slots }).input();
  const answer = (step: string, reads: readonly string[]): Slots =>
    Object.fromEntries(reads.map((key): [string, Json] => [key, slots.get(slotId(step, key)) ?? defaultValue(key)]));
  return { answer, input };
}

const slotId = (step: string, key: string): string => `${step}\n${key}`;

const DEFAULT_TESTS: { readonly [T in Test]: boolean } = { if: true, skipIf: false, present: false };

function defaultValue(key: string): Json {
  const { test, path } = parseSlotKey(key);
  return test ? DEFAULT_TESTS[test] : answerOf(path);
}

interface FlowContext {
  readonly plan: Plan;
  readonly prefix: string;
  readonly items: number;
  /** Collects the assumed values of slots, by {@link slotId}. */
  readonly slots: Map<string, Json>;
}

/** The assumptions about the values that one flow reads, by where it reads them. */
class Assumptions {
  readonly #context: FlowContext;
  readonly #input: { readonly path: Path; readonly value: Json }[] = [];
  /** What paths of the input, and operations on it, are as conditions, where that is not what is assumed of any. */
  readonly #inputTruths = new Map<string, Pick<WantedTest, 'test' | 'holds'>>();
  /** Slots that are equal to what is made of the input. */
  readonly #equal: { readonly slot: string; readonly to: Path }[] = [];

  readonly #given: { readonly reference: VariableReference; readonly value: Json }[] = [];

  constructor(context: FlowContext) {
    this.#context = context;
    for (const wanted of wantedTruths(context.plan)) this.#assumeTruth(wanted);
    for (const planned of context.plan.steps.values()) this.#assumeForRunner(planned);
  }

  /** Input that satisfies the flow's schema and has every path that the flow reads. */
  input(): Json {
    const { flow } = this.#context.plan;
    let input: Json = flow.inputSchema === undefined ? {} : sampleValue(flow.inputSchema);
    for (const { path, value } of this.#input)
      input = withValue(input, path.segments, merged(valueAt(input, path), value));
    const uses = inputUses(this.#context.plan);
    for (const { reference, test, optional } of uses) {
      const { path } = reference.path;
      if (path.operation || this.#inputTruths.has(reference.path.text)) continue;
      const found = valueAt(input, path);
      if (test === 'skipIf' && (found === undefined || found === true)) input = withValue(input, path.segments, false);
      else if (found === undefined && !optional) input = withValue(input, path.segments, true);
    }
    const complete = uses.reduce<Json>((changed, use) => this.#withOperands(changed, use), input);
    for (const { slot, to } of this.#equal) {
      const made = to.operation && operationAt(complete, to.operation);
      if (made && 'value' in made) this.#context.slots.set(slot, made.value);
    }
    return complete;
  }

  /** The input with operands of which the operation of a use gives what is assumed of it. */
  #withOperands(input: Json, { reference, test, optional }: Use<InputReference>): Json {
    const { text, path } = reference.path;
    const wanted = this.#inputTruths.get(text) ?? (test === 'skipIf' ? { test, holds: false } : undefined);
    const { operation } = path;
    const fits = (changed: Json): boolean => this.#fits(changed);
    if (!operation) {
      const accepts = (changed: Json): boolean =>
        !wanted || passes(valueOrMadeAt(changed, path), wanted.test) === wanted.holds;
      return withTruth(input, { text, path }, { accepts, fits });
    }
    const accepts = (changed: Json): boolean => {
      const outcome = operationAt(changed, operation);
      if ('value' in outcome) return !wanted || passes(outcome.value, wanted.test) === wanted.holds;
      return 'missing' in outcome && optional;
    };
    return withOperands(input, operation, { accepts, fits });
  }

  #fits(input: Json): boolean {
    const { inputSchema: schema } = this.#context.plan.flow;
    return schema === undefined || findProblems(input, { schema, root: schema }, false, 'first').length === 0;
  }

  /** Assumes what a condition needs to be as it is assumed to be. */
  #assumeTruth(wanted: WantedTruth): void {
    const { reference, holds } = wanted;
    const { text, path } = reference.path;
    if (wanted.kind === 'equality') this.#assumeEquality(wanted);
    else if (reference.kind === 'step')
      this.#context.slots.set(this.#slot(reference.step, testKey(wanted.test, text)), holds);
    else if (path.operation || holds !== DEFAULT_TESTS[wanted.test]) this.#inputTruths.set(text, wanted);
  }

  #assumeEquality({ reference, to, holds }: WantedEquality): void {
    const slot = this.#slot(reference.step, reference.path.text);
    if (!holds) this.#context.slots.set(slot, 'other');
    else if (to.kind === 'literal') this.#context.slots.set(slot, to.value);
    else if (to.kind === 'input') this.#equal.push({ slot, to: to.path.path });
  }

  /** Assumes items, and input for the inner flow, of a step that runs one. */
  #assumeForRunner({ step, inner }: PlannedStep): void {
    const builtin = builtinOf(step);
    if (!inner || !builtin) return;
    const inside = new Assumptions({ ...this.#context, plan: inner, prefix: `${this.#context.prefix}${step.id}.` });
    const input = inside.input();
    this.#assumeGiven(step, inside.#variables());
    const assume = (field: string, value: Json): void => this.#assume(inputField(step, field), value);
    if (builtin === 'map') {
      assume(
        'items',
        Array.from({ length: this.#context.items }, () => input),
      );
      assume('max_concurrency', this.#context.items);
    } else if (builtin === 'eval') assume('input', input);
    else {
      assume('initial_input', input);
      assume('max_iterations', 1);
      inside.#assume(inner.flow.output, { next: input });
    }
  }

  /** Assumes what a step gives to the variables of its flow. */
  #assumeGiven(step: Step, values: JsonObject): void {
    const field = inputField(step, VARIABLES_FIELD);
    if (field?.kind !== 'map') this.#assume(field, values);
    else
      for (const { key, value } of field.entries)
        if (Object.hasOwn(values, key)) this.#assume(value, values[key] ?? null);
  }

  /** Values for the variables that a run gives to the flow, with every path that the flow reads. */
  #variables(): JsonObject {
    let values: Json = {};
    const add = ({ name, path }: VariableReference, value: Json): void => {
      values = withValue(values, [name, ...path.path.segments], value);
    };
    for (const { reference, value } of this.#given) add(reference, value);
    for (const { reference, test } of usesIn(this.#context.plan)) {
      if (reference.kind !== 'variable' || reference.given !== 'value') continue;
      const found = valueAt(values, { segments: [reference.name, ...reference.path.path.segments] });
      if (test === 'skipIf' && (found === undefined || found === true)) add(reference, false);
      else if (found === undefined) add(reference, true);
    }
    return isObject(values) ? values : {};
  }

  #assume(expression: Expression | undefined, value: Json): void {
    switch (expression?.kind) {
      case 'step':
        this.#assumeSlot(this.#slot(expression.step, expression.path.text), value);
        return;
      case 'input':
        if (expression.path.path.operation) return;
        this.#input.push({ path: expression.path.path, value });
        return;
      case 'variable':
        if (expression.given === 'value') this.#given.push({ reference: expression, value });
        return;
      case 'map':
        for (const entry of expression.entries)
          if (isObject(value)) this.#assume(entry.value, value[entry.key] ?? null);
        return;
      case 'list':
        for (const [at, item] of expression.items.entries())
          this.#assume(item, (Array.isArray(value) ? value[at] : null) ?? null);
        return;
      case 'if':
        this.#assumeCondition(expression.condition, isObject(value) ? lacks(expression.consequent, value) : false);
        this.#assume(expression.consequent, value);
        this.#assume(expression.alternative, value);
        return;
      case 'coalesce':
        for (const item of expression.items) this.#assume(item, value);
        this.#assumePresent(expression.items.at(-1));
        return;
      default:
    }
  }

  /** Assumes that a condition is false if its consequent cannot have the wanted value. */
  #assumeCondition(condition: Expression, otherwise: boolean): void {
    if (otherwise) for (const wanted of truthsFor(condition, false)) this.#assumeTruth(wanted);
  }

  #assumePresent(last: Expression | undefined): void {
    if (last?.kind !== 'step') return;
    this.#context.slots.set(this.#slot(last.step, testKey('present', last.path.text)), true);
  }

  #assumeSlot(id: string, value: Json): void {
    this.#context.slots.set(id, merged(this.#context.slots.get(id), value));
  }

  #slot(step: string, key: string): string {
    return slotId(`${this.#context.prefix}${step}`, key);
  }
}

/** A value for two readers, such as a list for two maps: fields of both, and for what both have the later. */
function merged(before: Json | undefined, after: Json): Json {
  if (isObject(before) && isObject(after)) {
    const both = Object.entries(after).map(([key, value]): [string, Json] => [key, merged(before[key], value)]);
    return { ...before, ...Object.fromEntries(both) };
  }
  if (!Array.isArray(before) || !Array.isArray(after)) return after;
  return after.map((item, at) => merged(before[at], item));
}

/** Whether an expression is a map that lacks some of the wanted keys. */
function lacks(expression: Expression, wanted: JsonObject): boolean {
  if (expression.kind !== 'map' && expression.kind !== 'literal') return false;
  const keys = new Set(expression.entries?.map(({ key }) => key));
  return expression.entries !== undefined && Object.keys(wanted).some((key) => !keys.has(key));
}

/** All uses of a flow's input. */
const inputUses = (plan: Plan): readonly Use<InputReference>[] => usesIn(plan).filter(isInputUse);

/** All uses in a flow. */
function usesIn(plan: Plan): readonly Use[] {
  const uses = [...plan.steps.values()].flatMap(({ uses: { input, skipIf, fallback } }) => [
    ...input,
    ...skipIf,
    ...fallback,
  ]);
  return [...uses, ...plan.output];
}

const isInputUse = (use: Use): use is Use<InputReference> => use.reference.kind === 'input';
