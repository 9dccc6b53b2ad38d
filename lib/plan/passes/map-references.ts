import type { Expression, StepReference } from '../../flow/expression.ts';
import type { Flow, OnError, Sink, Step } from '../../flow/flow.ts';

/** What stands for a reference to a step; the reference itself where nothing else does. */
export type Replace = (reference: StepReference) => Expression;

/** An expression with its references to steps replaced. Parts in which nothing changes stay the same objects. */
export function mapReferences(expression: Expression, replace: Replace): Expression {
  const inside = (part: Expression): Expression => mapReferences(part, replace);
  switch (expression.kind) {
    case 'step':
      return replace(expression);
    case 'map': {
      const entries = changeAll(expression.entries, (entry) => {
        const value = inside(entry.value);
        return value === entry.value ? entry : { ...entry, value };
      });
      return entries === expression.entries ? expression : { ...expression, entries };
    }
    case 'list':
    case 'coalesce': {
      const items = changeAll(expression.items, inside);
      return items === expression.items ? expression : { ...expression, items };
    }
    case 'if': {
      const { condition, consequent, alternative } = expression;
      const parts = [condition, consequent, alternative];
      const [first = condition, second = consequent, third = alternative] = changeAll(parts, inside);
      const same = first === condition && second === consequent && third === alternative;
      return same ? expression : { ...expression, condition: first, consequent: second, alternative: third };
    }
    case 'variable': {
      const { fallback } = expression;
      const made = fallback && inside(fallback);
      return made === fallback ? expression : { ...expression, ...(made && { fallback: made }) };
    }
    default:
      return expression;
  }
}

/** A list with each item changed; the same list where none is. */
export function changeAll<Item>(items: readonly Item[], change: (item: Item) => Item): readonly Item[] {
  const changed = items.map(change);
  return changed.some((item, at) => item !== items[at]) ? changed : items;
}

/** A flow with each of its expressions changed as a whole. */
export function mapExpressions(flow: Flow, change: (expression: Expression) => Expression): Flow {
  const { steps, output, sinks } = flow;
  return {
    ...flow,
    steps: changeAll(steps, (step) => mapStep(step, change)),
    ...(output && { output: change(output) }),
    ...(sinks && { sinks: changeAll(sinks, (sink) => mapSink(sink, change)) }),
  };
}

/** A step with each of its expressions changed as a whole. */
export function mapStep(step: Step, change: (expression: Expression) => Expression): Step {
  const input = change(step.input);
  const skipIf = step.skipIf && change(step.skipIf);
  const onError = mapOnError(step.onError, change);
  if (input === step.input && skipIf === step.skipIf && onError === step.onError) return step;
  return { ...step, input, onError, ...(skipIf && { skipIf }) };
}

function mapOnError(onError: OnError, change: (expression: Expression) => Expression): OnError {
  if (onError.action !== 'useDefault') return onError;
  const value = change(onError.value);
  return value === onError.value ? onError : { ...onError, value };
}

function mapSink(sink: Sink, change: (expression: Expression) => Expression): Sink {
  const value = change(sink.value);
  return value === sink.value ? sink : { ...sink, value };
}
