import { type Diagnostic, diagnose, type Span } from '../../diagnostics/diagnostics.ts';
import { jsonTokens } from '../../protocol/json-tokens.ts';

/** What is wrong with a number as it is written; undefined where it is kept as it is. `became`: the number that is kept. */
export type NumberFault = { readonly kind: 'too-large' } | { readonly kind: 'inexact'; readonly became: string };

const INTEGER = /^[-+]?\d+$|^0x[\da-f]+$|^0o[0-7]+$/i;

/**
 * Compares a number of a text with what is made of it. Numbers are doubles here, on AWS and in JSONata: an integer beyond
 * 2^53 may change its last digits, and there is nothing beyond 1.8e308. The last digits of a fraction are nobody's concern.
 */
export function numberFault(written: string): NumberFault | undefined {
  const value = Number(written);
  if (Number.isNaN(value)) return undefined;
  if (!Number.isFinite(value)) return { kind: 'too-large' };
  const isKept = INTEGER.test(written)
    ? integerOf(value) === integerIn(written)
    : value !== 0 || !/^[^e]*[1-9]/i.test(written);
  return isKept ? undefined : { kind: 'inexact', became: String(value) };
}

const integerIn = (written: string): bigint =>
  written.startsWith('-') ? -BigInt(written.slice(1)) : BigInt(written.replace('+', ''));

/** An integer by the digits that are printed of it, so not by its exact binary value. */
function integerOf(value: number): bigint {
  const [digits = '0', exponent = '0'] = String(value).split('e');
  const [whole = '', fraction = ''] = digits.split('.');
  return BigInt(whole + fraction) * 10n ** BigInt(Number(exponent) - fraction.length);
}

/** A number of a JSON text that is not kept as it is written. */
export interface FaultyNumber {
  readonly written: string;
  readonly fault: NumberFault;
  readonly span: Span;
}

/** The numbers of a JSON text that are not kept as they are written. */
export function faultyNumbersIn(text: string): readonly FaultyNumber[] {
  const found: FaultyNumber[] = [];
  let line = 1;
  let lineStart = 0;
  for (const { token, index } of jsonTokens(text, LINES_AND_NUMBERS)) {
    if (token === '\n') {
      line += 1;
      lineStart = index + 1;
    }
    const fault = MAY_BE_FAULTY.test(token) ? numberFault(token) : undefined;
    const column = index - lineStart + 1;
    if (fault)
      found.push({ written: token, fault, span: { line, column, endLine: line, endColumn: column + token.length } });
  }
  return found;
}

const LINES_AND_NUMBERS = /\n|-?\d[\d.eE+-]*/;

/** Most tokens are strings and short numbers, which cannot be at fault. */
const MAY_BE_FAULTY = /^-?\d(?=.*e|.{15})/i;

/** The warnings of a JSON text about numbers that are not kept as they are written. `isHidden`: those that no message may show. */
export const inexactNumbersIn = (
  { text, file }: { readonly text: string; readonly file: string },
  isHidden: (kept: number) => boolean = () => false,
): readonly Diagnostic[] =>
  faultyNumbersIn(text).flatMap(({ written, fault, span }) =>
    fault.kind === 'inexact' && !isHidden(Number(written))
      ? [diagnose('inexact-number', { written, became: fault.became }, { file, ...span })]
      : [],
  );
