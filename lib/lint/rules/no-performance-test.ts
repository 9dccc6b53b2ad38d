import type { Rule } from '../rule.ts';
import { startOf } from '../start-of.ts';

export const noPerformanceTest: Rule = {
  code: 'no-performance-test',
  severity: 'info',
  finds: 'a flow whose tests measure nothing',
  guide: 'Performance Testing',
  why: 'A limit in a test tells when a change made the flow slower, before its users do.',
  find: ({ prefix, text, knowledge: { tests } }) =>
    prefix !== '' || tests.cases === 0 || tests.measured > 0
      ? []
      : [
          {
            span: startOf(text),
            message: 'No test of the flow says how long it may take',
            help: 'Add performance_metrics to the output of a case, such as { execution_time_ms: { $less_than: 30000 } }.',
          },
        ],
};
