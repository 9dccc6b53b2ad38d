import type { Edit } from '../flow/text/edits.ts';

/** The edits that mend a finding. */
export interface Fix {
  readonly edits: readonly Edit[];
  /** Of the fixes that count on the same, only one is safe at a time. */
  readonly countsOn: readonly string[];
}

/** The fixes that neither touch each other nor count on the same, the first of those that do; and all others. */
export function compatible<F extends Fix>(
  fixes: readonly F[],
): { readonly together: readonly F[]; readonly left: readonly F[] } {
  const edits: Edit[] = [];
  const counted = new Set<string>();
  const together: F[] = [];
  const left: F[] = [];
  for (const fix of fixes) {
    const touches = fix.edits.some((one) => edits.some((other) => one.from < other.to && other.from < one.to));
    if (touches || fix.countsOn.some((one) => counted.has(one))) {
      left.push(fix);
      continue;
    }
    edits.push(...fix.edits);
    for (const one of fix.countsOn) counted.add(one);
    together.push(fix);
  }
  return { together, left };
}
