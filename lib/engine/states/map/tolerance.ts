import type { Json } from '../../../protocol/json.ts';
import type { Section } from '../../definition/section.ts';
import type { Visit } from '../../execution/visit.ts';
import { compileNumber } from './number-field.ts';

/** How many items of a distributed Map may fail; none if both are undefined. */
export interface Tolerance {
  readonly count: number | undefined;
  readonly percentage: number | undefined;
}

/** Compiles ToleratedFailureCount and ToleratedFailurePercentage. As on AWS, an inline Map evaluates them too, but tolerates no failure. */
export function compileTolerance(section: Section): (visit: Visit, input: Json) => Promise<Tolerance> {
  const count = compileNumber(section, 'ToleratedFailureCount', 'integer', notNegative);
  const percentage = compileNumber(section, 'ToleratedFailurePercentage', 'float', withinPercent);
  return async (visit, input) => ({ count: await count(visit, input), percentage: await percentage(visit, input) });
}

const notNegative = (value: number): string | undefined =>
  value < 0 ? 'ToleratedFailureCount cannot be negative.' : undefined;

const withinPercent = (value: number): string | undefined =>
  value < 0 || value > 100 ? 'ToleratedFailurePercentage must be between 0 and 100.' : undefined;

/**
 * Whether the failed items exceed the tolerated count or the tolerated percentage. `total`: the number of all items;
 * undefined while more may be read, when only a percentage of 0 can be exceeded.
 */
export function isExceeded({ count, percentage }: Tolerance, failed: number, total: number | undefined): boolean {
  if (failed > (count ?? (percentage === undefined ? 0 : Number.POSITIVE_INFINITY))) return true;
  if (percentage === undefined) return false;
  return total === undefined ? percentage === 0 && failed > 0 : failed * 100 > percentage * total;
}
