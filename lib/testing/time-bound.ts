import { Reporter } from '../diagnostics/diagnostics.ts';
import { isObject } from '../protocol/json.ts';
import type { Expectation } from './expectation.ts';
import { readTests } from './read-tests.ts';
import type { Metric } from './test-case.ts';

const EXECUTION_TIME: Metric = 'execution_time_ms';

/**
 * The milliseconds within which a flow's cases say that it ends: the largest `$less_than` that a case has for
 * `execution_time_ms`. Undefined where no case has one. What is wrong with the text is for others to report.
 */
export function executionTimeBound(source: string): number | undefined {
  const { cases } = readTests(source, new Reporter('flow.yaml'));
  const bounds = cases.flatMap(({ expected }) =>
    boundIn(partOf(partOf(expected, 'performance_metrics'), EXECUTION_TIME)),
  );
  return bounds.length === 0 ? undefined : Math.max(...bounds);
}

const partOf = (expected: Expectation | undefined, key: string): Expectation | undefined =>
  expected?.kind === 'map' ? expected.entries.get(key) : undefined;

function boundIn(expected: Expectation | undefined): readonly number[] {
  const written = expected?.kind === 'matchers' ? expected.written : undefined;
  const bound = isObject(written) ? written.$less_than : undefined;
  return typeof bound === 'number' && bound > 0 ? [bound] : [];
}
