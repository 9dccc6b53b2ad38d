import type { Json } from '../../../protocol/json.ts';
import type { Section } from '../../definition/section.ts';
import type { Visit } from '../../execution/visit.ts';
import { compileNumber } from './number-field.ts';

/** How many items of a distributed Map may fail. Without either, none. */
export interface Tolerance {
  readonly count: number | undefined;
  readonly percentage: number | undefined;
}

/** Compiles ToleratedFailureCount and ToleratedFailurePercentage. They are read for any Map, an inline one tolerates none. */
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
 * Whether so many failed items are more than are tolerated: more than the count or more than the percentage, where both
 * are given. `total`: all items; undefined while more may come, when only a percentage of 0 can be exceeded.
 */
export function isExceeded({ count, percentage }: Tolerance, failed: number, total: number | undefined): boolean {
  if (failed > (count ?? (percentage === undefined ? 0 : Number.POSITIVE_INFINITY))) return true;
  if (percentage === undefined) return false;
  return total === undefined ? percentage === 0 && failed > 0 : failed * 100 > percentage * total;
}
