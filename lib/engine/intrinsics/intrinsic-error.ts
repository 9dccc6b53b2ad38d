import type { Json } from '../../protocol/json.ts';
import { kindOf } from '../definition/section.ts';

/** Why a call of an intrinsic function failed. */
export class IntrinsicError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'IntrinsicError';
  }
}

type Kinds = { readonly string: string; readonly boolean: boolean; readonly number: number; readonly array: Json[] };

/** An argument that must be of a kind. */
export function argumentOf<K extends keyof Kinds>(args: readonly Json[], index: number, kind: K): Kinds[K] {
  const value = args[index] ?? null;
  if (isOf(value, kind)) return value;
  throw new IntrinsicError(`argument ${index + 1} must be of type ${kind}, but was ${kindOf(value)}`);
}

const isOf = <K extends keyof Kinds>(value: Json, kind: K): value is Json & Kinds[K] => kindOf(value) === kind;

/** An argument that must be a number, rounded to the nearest integer as on AWS. */
export const integerOf = (args: readonly Json[], index: number): number =>
  Math.round(argumentOf(args, index, 'number')) + 0;

/** The maximum length of a text that a function encodes, decodes or hashes. */
const MAX_CHARACTERS = 10_000;

/** A text that is not too long. */
export function boundedText(text: string): string {
  if (text.length <= MAX_CHARACTERS) return text;
  throw new IntrinsicError(`the text has ${text.length} characters, at most ${MAX_CHARACTERS} are allowed`);
}
