import { compileField } from './field.ts';
import { LIMITS } from './limits.ts';
import type { Section } from './section.ts';
import type { Visit } from './visit.ts';

/** How many iterations of a Map may run at once, and how many may fail. */
export interface Tolerance {
  readonly maxConcurrency: number;
  readonly toleratedFailures: number;
}

/**
 * Compiles MaxConcurrency and ToleratedFailureCount and -Percentage; where both are given, the stricter counts. They
 * are read for any Map, but only a distributed one tolerates failures, and each mode has its own most concurrency.
 */
export function compileTolerance(
  section: Section,
  isDistributed: boolean,
): (visit: Visit, items: number) => Promise<Tolerance> {
  const concurrency = compileField(section, 'MaxConcurrency', 'number');
  const count = compileField(section, 'ToleratedFailureCount', 'number');
  const percentage = compileField(section, 'ToleratedFailurePercentage', 'number');
  const most = isDistributed ? LIMITS.distributedConcurrency : LIMITS.inlineConcurrency;
  return async (visit, items) => {
    const wanted = (await concurrency?.evaluate(visit)) ?? 0;
    const byCount = await count?.evaluate(visit);
    const byPercentage = await percentage?.evaluate(visit);
    const share = byPercentage === undefined ? undefined : Math.floor((items * byPercentage) / 100);
    const tolerated = Math.min(byCount ?? share ?? 0, share ?? byCount ?? 0);
    // 0 is AWS's word for "as many as possible".
    return {
      maxConcurrency: wanted > 0 ? Math.min(wanted, most) : most,
      toleratedFailures: isDistributed ? tolerated : 0,
    };
  };
}
