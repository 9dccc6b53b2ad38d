import type { Json } from '../protocol/json.ts';
import { isOperationText, type Operand, type Operation, readsIn } from '../protocol/operation.ts';
import { type Path, parseJoined, valueAt } from '../protocol/path.ts';
import { withValue } from './with-value.ts';

/** How many combinations of values are tried for the operands of an operation. */
const MOST_TRIES = 3000;

/** A path of the input whose value may be changed. */
interface Changed {
  readonly text: string;
  readonly path: Path;
}

/** What is wanted of an input; `fits`: whether the flow accepts it, which matters less. */
export interface Wanted {
  readonly accepts: (input: Json) => boolean;
  readonly fits: (input: Json) => boolean;
}

/** The input with other operands for an operation on it, as is wanted; the same where it is so already, or none are found. */
export function withOperands(input: Json, operation: Operation, wanted: Wanted): Json {
  const paths = [...new Map(readsIn(operation).map(({ at, path }) => [at, { text: at, path }])).values()];
  return withValues(input, paths, candidatesFor(operation), wanted);
}

/** The input with another value at a path, as is wanted; the same where it is so already, or none is found. */
export const withTruth = (input: Json, path: Changed, wanted: Wanted): Json =>
  withValues(input, [path], [true, false, null, 'text', 1, 0, ''], wanted);

function withValues(
  input: Json,
  paths: readonly Changed[],
  candidates: readonly Json[],
  { accepts, fits }: Wanted,
): Json {
  if (accepts(input)) return input;
  const search = (isDone: (changed: Json) => boolean): Json | undefined => {
    let tries = 0;
    const change = (changed: Json, at: number): Json | undefined => {
      const path = paths[at];
      if (!path) {
        tries += 1;
        return isDone(changed) ? changed : undefined;
      }
      const own = valueAt(input, path.path);
      for (const value of own === undefined ? candidates : [own, ...candidates]) {
        if (tries >= MOST_TRIES) return undefined;
        const found = change(withValue(changed, path.path.segments, value), at + 1);
        if (found !== undefined) return found;
      }
      return undefined;
    };
    return change(input, 0);
  };
  return search((changed) => accepts(changed) && fits(changed)) ?? search(accepts) ?? input;
}

/** Values of all types, and those about the constants of an operation: equal, less, greater, in them, as long as they say. */
function candidatesFor(operation: Operation): readonly Json[] {
  const near = constantsOf(operation.operands).flatMap(about);
  const distinct = new Map(
    [...near, 'text', 1, true, ['text'], {}, [], '', 0, false, null].map((value) => [JSON.stringify(value), value]),
  );
  return [...distinct.values()];
}

const constantsOf = (operands: readonly Operand[]): readonly Json[] =>
  operands.flatMap((operand) => {
    if ('operator' in operand) return constantsOf(operand.operands);
    return 'is' in operand ? [operand.is] : [];
  });

/** Beyond this length, no list is made that is longer than a constant says. */
const MOST_ITEMS = 100;

function about(value: Json): readonly Json[] {
  if (typeof value === 'number') {
    const isLength = Number.isInteger(value) && value >= 0 && value < MOST_ITEMS;
    const lists = isLength
      ? [value, value + 1, Math.max(0, value - 1)].map((length) => Array(length).fill('text'))
      : [];
    return [value, value + 1, value - 1, ...lists, ...lists.map((list) => 'x'.repeat(list.length))];
  }
  if (typeof value === 'string') return [value, `${value}~`, ''];
  return Array.isArray(value) ? [value, ...value] : [value];
}

/** What a function answers that does an operation, or null for what is no operation. */
export function answerOf(path: string): Json {
  if (!isOperationText(path)) return null;
  const parsed = parseJoined(path);
  const operator = 'operation' in parsed ? parsed.operation?.operator : undefined;
  if (operator === 'outline') return null;
  return operator === 'length' ? 1 : operator === 'concat' ? 'text' : true;
}
