import type { Json } from '../../lib/protocol/json.ts';

/**
 * What an expression gives: a value, missing, skipped, nothing because a step that it needs has failed, or a fault, because
 * the operands of an operator do not fit it.
 */
export type Found =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'missing' }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'fault' }
  | { readonly kind: 'stopped' };

export const MISSING: Found = { kind: 'missing' };
export const SKIPPED: Found = { kind: 'skipped' };
export const FAULT: Found = { kind: 'fault' };
export const STOPPED: Found = { kind: 'stopped' };

/** The value, or {@link MISSING} for undefined. */
export const found = (value: Json | undefined): Found => (value === undefined ? MISSING : { kind: 'value', value });

/** The values of the parts of a map or list, or what the whole gives because one of its parts has no value. */
export function combine(parts: readonly Found[]): readonly Json[] | Found {
  for (const absent of [STOPPED, SKIPPED, FAULT, MISSING])
    if (parts.some(({ kind }) => kind === absent.kind)) return absent;
  return parts.flatMap((part) => (part.kind === 'value' ? [part.value] : []));
}

/** Language: "for `$if`, false, null and missing are false, all else true (0 and "" too); for `skipIf`, also 0 and "" are false." */
export const isTrue = (one: Found, alsoFalse: readonly Json[] = []): boolean =>
  one.kind === 'value' && one.value !== null && one.value !== false && !alsoFalse.includes(one.value);
