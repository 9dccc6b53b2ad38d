import type { Json } from '../../lib/protocol/json.ts';

/**
 * What an expression gives: a value, nothing there, the mark of a skipped step, or nothing ever, because a step that it
 * needs has failed.
 */
export type Found =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'missing' }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'stopped' };

export const MISSING: Found = { kind: 'missing' };
export const SKIPPED: Found = { kind: 'skipped' };
export const STOPPED: Found = { kind: 'stopped' };

/** A value, or that nothing is there. */
export const found = (value: Json | undefined): Found => (value === undefined ? MISSING : { kind: 'value', value });

/** Of parts that make one whole: what each gave, or what the whole gives instead because of one of them. */
export function together(parts: readonly Found[]): readonly Json[] | Found {
  for (const spoilt of [STOPPED, SKIPPED, MISSING]) if (parts.some(({ kind }) => kind === spoilt.kind)) return spoilt;
  return parts.flatMap((part) => (part.kind === 'value' ? [part.value] : []));
}

/** Language: "for `$if`, false, null and missing are false, all else true (0 and "" too); for `skipIf`, also 0 and "" are false." */
export const isTrue = (what: Found, alsoFalse: readonly Json[] = []): boolean =>
  what.kind === 'value' && what.value !== null && what.value !== false && !alsoFalse.includes(what.value);
