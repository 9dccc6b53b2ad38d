import type { Json } from './json.ts';
import type { Operator } from './operators.ts';
import type { Path } from './path.ts';

/**
 * An operator that is applied to parts of one value. `outline`: what its operand is compared by, see `outlineOf`; `coalesce`: the
 * first operand that is neither null nor missing.
 */
export interface Operation {
  readonly operator: Operator | 'outline' | 'coalesce';
  readonly operands: readonly Operand[];
}

/**
 * A part of the value, a constant, or what another operator makes of the value. `given`: the value is a list of operands; which
 * of them (see {@link GivenOperand}).
 */
export type Operand =
  | { readonly at: string; readonly path: Path }
  | { readonly is: Json }
  | { readonly given: number }
  | Operation;

/** An operand in a list of them: one that is there, in a list of its own; an empty list for a missing one; or a fault. */
export type GivenOperand = [Json] | [] | { fault: string };

/** What an operation gives: its value; the path in it that has none; or why the values do not fit. */
export type Computed = { readonly value: Json } | { readonly missing: string } | { readonly fault: string };

/** Whether a text is that of an operation whose value takes few bytes, whatever it is made of. */
export const isSmallOperation = (text: string): boolean => isOperationText(text) && !text.startsWith('$op(["concat"');

/** All that an operation reads. */
export const readsIn = ({ operands }: Operation): readonly Extract<Operand, { at: string }>[] =>
  operands.flatMap((operand) => {
    if ('at' in operand) return [operand];
    return 'operator' in operand ? readsIn(operand) : [];
  });

/** All paths in an operation. */
export const pathsIn = (operation: Operation): readonly Path[] => readsIn(operation).map(({ path }) => path);

/** The text of an operation, which is also the key of its slot; `parseJoined` parses it. */
export const operationText = (operation: Operation): string => `$op(${JSON.stringify(written(operation))})`;

/** Whether a text is an {@link operationText}. */
export const isOperationText = (text: string): boolean => text.startsWith('$op(');

const written = ({ operator, operands }: Operation): Json => [
  operator,
  ...operands.map((operand): Json => {
    if ('at' in operand) return { at: operand.at };
    return 'operator' in operand ? written(operand) : { ...operand };
  }),
];

/** Reads an {@link operationText}, which nobody else writes. `parse`: reads the text of a path. */
export const parseOperationText = (text: string, parse: (text: string) => Path): Operation =>
  parseOperation(JSON.parse(text.slice(4, -1)), parse);

function parseOperation([operator, ...operands]: WrittenOperation, parse: (text: string) => Path): Operation {
  return {
    operator,
    operands: operands.map((operand) => {
      if (Array.isArray(operand)) return parseOperation(operand, parse);
      return 'at' in operand ? { at: operand.at, path: parse(operand.at) } : operand;
    }),
  };
}

type WrittenOperation = [
  Operation['operator'],
  ...({ at: string } | { is: Json } | { given: number } | WrittenOperation)[],
];
