import { withoutSteps } from '../changed-flow.ts';
import type { Rule } from '../rule.ts';

const CODES: ReadonlySet<string> = new Set(['never-runs', 'unused-step']);

export const unusedStep: Rule = {
  code: 'unused-step',
  severity: 'warning',
  finds: 'a step that can never run, or whose result nothing reads',
  guide: 'Over-Granular Steps',
  why: 'A step that never runs costs nothing but a reader; one that runs for nobody costs a call.',
  find: (linted) =>
    linted.flow.steps.flatMap((step) => {
      const { idSpan, id } = step;
      const found = linted.knowledge.diagnostics.find(
        ({ code, line, column }) => CODES.has(code) && line === idSpan.line && column === idSpan.column,
      );
      if (!found) return [];
      const { message, help } = found;
      return [{ span: idSpan, step: id, message, help, improve: (flow) => withoutSteps(flow, new Set([id])) }];
    }),
};
