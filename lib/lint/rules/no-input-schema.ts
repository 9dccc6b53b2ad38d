import { allWithin } from '../../flow/expression.ts';
import { expressionsIn } from '../../flow/flow.ts';
import type { Rule } from '../rule.ts';
import { startOf } from '../start-of.ts';

export const noInputSchema: Rule = {
  code: 'no-input-schema',
  severity: 'info',
  finds: 'a flow that reads its input and does not say what it must be',
  guide: 'Early Validation',
  why: 'Input that does not fit is refused before any step starts, with the place and the reason.',
  find: ({ flow, prefix, text }) => {
    const isRead = expressionsIn(flow)
      .flatMap(allWithin)
      .some(({ kind }) => kind === 'input');
    if (prefix !== '' || !isRead || flow.inputSchema !== undefined) return [];
    return [
      {
        span: startOf(text),
        message: 'The flow reads its input, but has no inputSchema',
        help: 'Add inputSchema: { type: object, required: […], properties: { … } }.',
      },
    ];
  },
};
