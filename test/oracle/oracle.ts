import type { Expression } from '../../lib/flow/expression.ts';
import type { Flow, Step } from '../../lib/flow/flow.ts';
import { isObject, type Json } from '../../lib/protocol/json.ts';
import { evaluate, type World } from './evaluate.ts';
import { type Found, found, isTrue, SKIPPED, STOPPED } from './found.ts';
import { MockedComponents, type Mocks } from './mocked.ts';

/** What a flow is run with. */
export interface Given {
  readonly input: Json;
  readonly variables: { readonly [name: string]: Json };
  readonly mocks: Mocks;
}

/** The steps that are called; of each, those that are called and have ended before it starts. */
export type Called = ReadonlyMap<string, ReadonlySet<string>>;

/** What the language says of a run. */
export type Verdict =
  | { readonly outcome: 'success'; readonly result: Json; readonly called: Called }
  | { readonly outcome: 'skipped'; readonly called: Called }
  | {
      readonly outcome: 'failed';
      /** The codes of the failures that may come first, by the step's id; "" is the output. */
      readonly codes: ReadonlyMap<string, string>;
      /** Every step that may have been called before the failure stopped the run. */
      readonly called: Called;
    };

/** Runs a flow as the language defines it: each result is computed on demand, once. */
export const judge = (flow: Flow, given: Given): Promise<Verdict> => new Run(flow, given).verdict();

class Run {
  readonly #flow: Flow;
  readonly #world: World;
  readonly #components: MockedComponents;
  readonly #steps: ReadonlyMap<string, Step>;
  readonly #results = new Map<string, Promise<Found>>();
  /** The steps that each one has waited for so far: that it has read, and those of its `after`. */
  readonly #waited = new Map<string, Set<string>>();
  /** Of the steps that are called, those that each one had waited for when it was. */
  readonly #called = new Map<string, readonly string[]>();
  readonly #failures = new Map<string, string>();

  constructor(flow: Flow, { input, variables, mocks }: Given) {
    this.#flow = flow;
    this.#steps = new Map(flow.steps.map((step) => [step.id, step]));
    this.#components = new MockedComponents(mocks);
    const values = { ...defaultsOf(flow.variablesSchema), ...flow.variables, ...variables };
    this.#world = { input, variables: values, step: (id) => this.#result(id) };
  }

  async verdict(): Promise<Verdict> {
    const eager = this.#flow.evaluation === 'eager';
    const wanted = this.#flow.steps.filter(({ mustExecute }) => eager || mustExecute);
    const [output] = await Promise.all([this.#output(), ...wanted.map(({ id }) => this.#result(id))]);
    if (output.kind === 'missing' || output.kind === 'fault') this.#failures.set('', 'EXPRESSION_FAILURE');
    const called = this.#calls();
    if (this.#failures.size > 0) return { outcome: 'failed', codes: this.#failures, called };
    return output.kind === 'value'
      ? { outcome: 'success', result: output.value, called }
      : { outcome: 'skipped', called };
  }

  /** Without an `output`: the results of the steps that no other step reads. A skipped step has none. */
  async #output(): Promise<Found> {
    const { output, steps } = this.#flow;
    if (output) return evaluate(output, this.#world);
    const read = new Set(steps.flatMap((step) => partsOf(step).flatMap(stepsIn)));
    const last = steps.filter(({ id }) => !read.has(id));
    const results = await Promise.all(last.map(async ({ id }) => [id, await this.#result(id)] as const));
    return found(Object.fromEntries(results.flatMap(([id, one]) => (one.kind === 'value' ? [[id, one.value]] : []))));
  }

  #result(id: string): Promise<Found> {
    const step = this.#steps.get(id);
    if (!step) throw new Error(`The flow reads the step "${id}", which it does not have.`);
    const running = this.#results.get(id) ?? this.#run(step);
    this.#results.set(id, running);
    return running;
  }

  /** What the expressions of a step may read; notes which steps it waits for. */
  #worldOf(reader: Step): World {
    const { id } = reader;
    const waited = this.#waited.get(id) ?? new Set();
    this.#waited.set(id, waited);
    const leavesOut = !this.#components.isMocked(reader) && mayLeaveOut(reader);
    const step: World['step'] = (other) => {
      if (!leavesOut) waited.add(other);
      return this.#result(other);
    };
    return { ...this.#world, step };
  }

  /** What a step waits for may have waited itself, whether it was called or skipped. */
  #calls(): Called {
    return new Map(
      [...this.#called].map(([id, waited]) => {
        const before = new Set(waited);
        // Iterating a set also visits what is added to it meanwhile.
        for (const one of before) for (const earlier of this.#waited.get(one) ?? []) before.add(earlier);
        return [id, new Set([...before].filter((one) => this.#called.has(one)))];
      }),
    );
  }

  async #run(step: Step): Promise<Found> {
    const world = this.#worldOf(step);
    if (step.skipIf) {
      // Language: "A `skipIf` that reads a skipped step is false."
      const skip = await evaluate(step.skipIf, world);
      if (skip.kind === 'stopped') return STOPPED;
      if (skip.kind === 'fault') return this.#fail(step, 'EXPRESSION_FAILURE');
      if (isTrue(skip, [0, ''])) return SKIPPED;
    }
    // Language: "the step starts when those have ended or were skipped, and wants them as if it read them."
    const ended = afterOf(step).map((id) => this.#result(id));
    for (const id of afterOf(step)) this.#waited.get(step.id)?.add(id);
    const [input, ...before] = await Promise.all([evaluate(step.input, world), ...ended]);
    if (before.some(({ kind }) => kind === 'stopped')) return STOPPED;
    if (input.kind === 'missing' || input.kind === 'fault') return this.#fail(step, 'EXPRESSION_FAILURE');
    return input.kind === 'value' ? this.#call(step, input.value) : input;
  }

  async #call(step: Step, input: Json): Promise<Found> {
    this.#called.set(step.id, [...(this.#waited.get(step.id) ?? [])]);
    const { onError } = step;
    for (let left = onError.action === 'retry' ? onError.maxRetries : 0; ; left -= 1) {
      const answer = this.#components.call(step, input);
      if (answer.kind === 'result') return found(answer.value);
      if (answer.kind === 'skip' || onError.action === 'skip') return SKIPPED;
      if (onError.action === 'useDefault') return this.#default(step, onError.value);
      // Language: "adds retries of those and of the component's own errors", of the codes under `on` alone.
      const codes = onError.action === 'retry' ? onError.on : undefined;
      const isRepeated = codes ? codes.includes(answer.code) : answer.code !== 'EXPRESSION_FAILURE';
      if (left === 0 || !isRepeated) return this.#fail(step, answer.code);
    }
  }

  async #default(step: Step, value: Expression): Promise<Found> {
    const result = await evaluate(value, this.#worldOf(step));
    return result.kind === 'missing' || result.kind === 'fault' ? this.#fail(step, 'EXPRESSION_FAILURE') : result;
  }

  #fail({ id }: Step, code: string): Found {
    this.#failures.set(id, code);
    return STOPPED;
  }
}

function defaultsOf(schema: Json | undefined): { [name: string]: Json } {
  const properties = isObject(schema) ? schema.properties : undefined;
  const all = isObject(properties) ? Object.entries(properties) : [];
  return Object.fromEntries(
    all.flatMap(([name, one]) => (isObject(one) && one.default !== undefined ? [[name, one.default]] : [])),
  );
}

/**
 * Language: "Everything whose data is there runs at once." Whether what a built-in component gives may have nothing of the steps
 * that it reads: then nobody waits for them through it.
 */
function mayLeaveOut({ component, input }: Step): boolean {
  const name = component.split('/').at(-1);
  if (name === 'get_blob') return true;
  if (name !== 'extract' && name !== 'extract_multiple') return false;
  const data = input.kind === 'map' ? input.entries.find(({ key }) => key === 'data')?.value : undefined;
  return data?.kind !== 'step';
}

const afterOf = ({ after = [] }: Step): readonly string[] => after.map(({ step }) => step);

const partsOf = ({ input, skipIf, onError }: Step): readonly Expression[] => [
  input,
  ...(skipIf ? [skipIf] : []),
  ...(onError.action === 'useDefault' ? [onError.value] : []),
];

/** The steps that an expression names. */
function stepsIn(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case 'step':
      return [expression.step];
    case 'map':
      return expression.entries.flatMap(({ value }) => stepsIn(value));
    case 'list':
    case 'coalesce':
      return expression.items.flatMap(stepsIn);
    case 'if':
      return [expression.condition, expression.consequent, expression.alternative].flatMap(stepsIn);
    case 'operation':
      return expression.operands.flatMap(stepsIn);
    case 'variable':
      return expression.fallback ? stepsIn(expression.fallback) : [];
    default:
      return [];
  }
}
