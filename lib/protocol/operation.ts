import { isObject, type Json } from './json.ts';
import { mayFault, type Operator, operate, outlineOf, takesMissing } from './operators.ts';
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

/** The value that an operation gives; undefined where it gives none. */
export const valueIn = (computed: Computed): Json | undefined => ('value' in computed ? computed.value : undefined);

/** What an operation gives. `read`: the part of the value at a path; undefined where there is none. */
export function applyTo({ operator, operands }: Operation, read: (path: Path) => Json | undefined): Computed {
  const given = operands.map((operand): Computed => {
    if ('is' in operand) return { value: operand.is };
    if ('given' in operand) return givenOperand(read({ segments: [operand.given] }));
    if (!('at' in operand)) return applyTo(operand, read);
    const value = read(operand.path);
    return value === undefined ? { missing: operand.at } : { value };
  });
  if (operator === 'coalesce') return firstPresent(given);
  return operator === 'outline' ? outlined(given[0] ?? NOTHING) : operateOn(operator, given);
}

/** What an operator makes of what its operands give: a missing one that it needs comes before one that is a fault. */
export function operateOn(operator: Operator, given: readonly Computed[]): Computed {
  const missing = takesMissing(operator) ? undefined : given.find((one) => 'missing' in one);
  const unfit = missing ?? given.find((one) => 'fault' in one);
  if (unfit) return unfit;
  const outcome = operate(operator, given.map(valueIn));
  return 'missing' in outcome ? NOTHING : outcome;
}

const firstPresent = (given: readonly Computed[]): Computed =>
  given.find((one) => 'fault' in one || ('value' in one && one.value !== null)) ?? { value: null };

function givenOperand(given: Json | undefined): Computed {
  if (isObject(given)) return { fault: String(given.fault) };
  const [value] = Array.isArray(given) ? given : [];
  return value === undefined ? { missing: 'operand' } : { value };
}

const NOTHING: Computed = { missing: '$' };

/** A missing value is compared as null. */
const outlined = (given: Computed): Computed =>
  'fault' in given ? given : { value: outlineOf(valueIn(given) ?? null) };

/** Whether the values of an operation may not fit it. */
export const mayFail = ({ operator, operands }: Operation): boolean =>
  (operator !== 'outline' && operator !== 'coalesce' && mayFault(operator)) ||
  operands.some((operand) => 'given' in operand || ('operator' in operand && mayFail(operand)));

/** Whether what an operation needs may be missing. */
export const mayMiss = ({ operator, operands }: Operation): boolean =>
  operator !== 'outline' &&
  operator !== 'coalesce' &&
  !takesMissing(operator) &&
  (operands.some((operand) => 'at' in operand || 'given' in operand) || operationsIn(operands).some(mayMiss));

const operationsIn = (operands: readonly Operand[]): readonly Operation[] =>
  operands.flatMap((operand) => ('operator' in operand ? [operand] : []));

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
