import {
  type CoalesceExpression,
  type Expression,
  literal,
  type MapExpression,
  type ReadPath,
  type StepReference,
  WHOLE,
} from '../../flow/expression.ts';
import { expressionsOf, type Flow, type Step } from '../../flow/flow.ts';
import { stepsReadBy, usesOf } from './uses.ts';

/** The most values in one payload, so that each has more room than a marker of a spilled value needs. */
const MAX_VALUES = 400;

/** The built-in component that joins lists or maps. */
export const GATHER = '/builtin/gather';

/** The only item of a list that is sure to be there. */
const FIRST: ReadPath = { text: '[0]', path: { segments: [0] }, guaranteed: true };

/** Replaces the result of a skipped step that the gathering function leaves out. No text in a flow contains a NUL. */
const OMIT = '\u0000skipped';

/**
 * Rewrites a flow so that no input and no output reads more values than a payload has room for. For a list or a map with
 * more, it adds steps that each gather a part of the values, and one that joins the parts.
 */
export function gatherWide(flow: Flow): Flow {
  const gathering = new Gathering(flow);
  const steps = flow.steps.map((step) => gathering.step(step));
  const output = gathering.output(flow.output);
  if (gathering.added.length === 0) return flow;
  return { ...flow, steps: [...steps, ...gathering.added], ...(output && { output }) };
}

const countValues = (expression: Expression): number =>
  usesOf(expression).filter(({ test, reference }) => test === undefined && reference.kind !== 'variable').length;

class Gathering {
  readonly added: Step[] = [];
  readonly #flow: Flow;
  readonly #ids: Set<string>;

  constructor(flow: Flow) {
    this.#flow = flow;
    this.#ids = new Set(flow.steps.map(({ id }) => id));
  }

  step(step: Step): Step {
    if (countValues(step.input) <= MAX_VALUES) return step;
    return { ...step, input: this.#narrow(step.input, step) };
  }

  output(output: Expression | undefined): Expression | undefined {
    const [reader] = this.#flow.steps;
    if (!reader) return output;
    const { skipIf: _, after: __, ...any } = reader;
    const owner = { ...any, id: 'output' };
    if (output) return countValues(output) <= MAX_VALUES ? output : this.#narrow(output, owner);
    const sinks = this.#sinks();
    return sinks.length <= MAX_VALUES ? undefined : this.#gather(chunks(sinks, () => 1).map(mapOf), owner, OMIT);
  }

  /** An entry for each result that no step reads; {@link OMIT} if its step was skipped. */
  #sinks(): readonly Entry[] {
    const { steps, evaluation, sinks } = this.#flow;
    // Sinks that a pass has set are few.
    if (sinks || evaluation === 'lazy' || steps.length <= MAX_VALUES) return [];
    const read = new Set(steps.flatMap(expressionsOf).flatMap(stepsReadBy));
    return steps.flatMap(({ id, idSpan }) => {
      if (read.has(id)) return [];
      const value: StepReference = { kind: 'step', step: id, path: WHOLE, onSkip: OMIT, span: idSpan };
      return [{ key: id, keySpan: idSpan, value }];
    });
  }

  /** An expression with the same value, in which the parts that read too much are results of added steps. */
  #narrow(expression: Expression, reader: Step): Expression {
    if (countValues(expression) <= MAX_VALUES) return expression;
    const narrow = (inner: Expression): Expression => this.#narrow(inner, reader);
    if (expression.kind === 'if' && this.#flow.evaluation === 'lazy') {
      return { ...expression, consequent: narrow(expression.consequent), alternative: narrow(expression.alternative) };
    }
    if (expression.kind === 'coalesce') return this.#narrowChoice(expression, reader);
    if (expression.kind === 'list') {
      const items = expression.items.map(narrow);
      if (items.reduce((sum, item) => sum + countValues(item), 0) <= MAX_VALUES) return { ...expression, items };
      return this.#gather(
        chunks(items, countValues).map((part) => ({ ...expression, items: part })),
        reader,
      );
    }
    if (expression.kind === 'map') {
      const entries = expression.entries.map((entry) => ({ ...entry, value: narrow(entry.value) }));
      const narrowed = { ...expression, entries };
      if (countValues(narrowed) <= MAX_VALUES) return narrowed;
      return this.#gather(chunks(entries, ({ value }) => countValues(value)).map(mapOf), reader);
    }
    return expression;
  }

  /**
   * A `$coalesce` of parts that are steps of their own: one state has no room for thousands of items, nor a guard for the
   * items before it.
   */
  #narrowChoice(choice: CoalesceExpression, reader: Step): Expression {
    const { span } = choice;
    const parts = chunks(
      choice.items.map((item) => this.#narrow(item, reader)),
      countValues,
    );
    const items = parts.map((part): Expression => {
      const list: Expression = { kind: 'list', items: [{ ...choice, items: part }], span };
      return { kind: 'step', step: this.#add([list], reader), path: FIRST, span };
    });
    return { ...choice, items };
  }

  /** Adds a step for each part, and one that joins them. Returns a reference to the joined value. */
  #gather(parts: readonly Expression[], reader: Step, omit?: string): Expression {
    const gathered = parts.map((part) => this.#reference([part], reader, omit));
    return gathered.length === 1 && gathered[0] ? gathered[0] : this.#reference(gathered, reader);
  }

  #reference(parts: readonly Expression[], reader: Step, omit?: string): Expression {
    return { kind: 'step', step: this.#add(parts, reader, omit), path: WHOLE, span: reader.input.span };
  }

  /** Adds a step that joins parts, and returns its id. */
  #add(parts: readonly Expression[], reader: Step, omit?: string): string {
    const { span } = reader.input;
    const fields: [string, Expression][] = [['parts', { kind: 'list', items: parts, span }]];
    if (omit !== undefined) fields.push(['omit', literal(omit, span)]);
    const input: MapExpression = {
      kind: 'map',
      entries: fields.map(([key, value]) => ({ key, keySpan: span, value })),
      span,
    };
    const id = this.#idFor(reader);
    const { idSpan, componentSpan, skipIf, after } = reader;
    const step: Step = {
      ...{ id, component: GATHER, input, onError: { action: 'fail' }, mustExecute: false, idSpan, componentSpan },
      // A value that a skipped reader never evaluates must not fail the flow.
      ...(skipIf && { skipIf }),
      // Nor must a value that is missing, before what its reader comes after.
      ...(after && { after }),
      added: true,
    };
    this.added.push(step);
    return id;
  }

  #idFor({ id }: Step): string {
    let count = this.added.length + 1;
    while (this.#ids.has(`${id}.part_${count}`)) count += 1;
    const own = `${id}.part_${count}`;
    this.#ids.add(own);
    return own;
  }
}

type Entry = MapExpression['entries'][number];

const mapOf = (entries: readonly Entry[]): Expression => ({
  kind: 'map',
  entries,
  span: entries[0]?.value.span ?? { line: 1, column: 1, endLine: 1, endColumn: 1 },
});

/** Splits items into parts of about equal size, in order, each with at most {@link MAX_VALUES} if its items allow it. */
function chunks<Item>(items: readonly Item[], valuesOf: (item: Item) => number): readonly (readonly Item[])[] {
  const total = items.reduce((sum, item) => sum + valuesOf(item), 0);
  const size = Math.ceil(total / Math.ceil(total / MAX_VALUES));
  const parts: Item[][] = [];
  let open = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const values = valuesOf(item);
    const last = parts.at(-1);
    if (last && open + values <= size) {
      last.push(item);
      open += values;
    } else {
      parts.push([item]);
      open = values;
    }
  }
  return parts;
}
