import type { Rule } from '../rule.ts';
import { startOf } from '../start-of.ts';

export const noTest: Rule = {
  code: 'no-test',
  severity: 'info',
  finds: 'a flow without a test',
  guide: 'Performance Testing',
  why: 'The cases of a flow run on the state machine that is deployed.',
  find: ({ prefix, text, knowledge: { tests } }) =>
    prefix !== '' || tests.cases > 0
      ? []
      : [
          {
            span: startOf(text),
            message: 'The flow has no test',
            help: 'Add test: { cases: [{ name: …, input: …, output: { outcome: success } }] }, and run `stepflow test`.',
          },
        ],
};
