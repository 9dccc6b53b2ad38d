import { pureValueOf } from '../../compiler/passes/pure-value.ts';
import type { Step } from '../../flow/flow.ts';
import { withoutRunning } from '../changed-flow.ts';
import { expenseOf } from '../expensive.ts';
import type { LintedFlow } from '../linted-flow.ts';
import { type InputRead, readsOf } from '../references.ts';
import type { Rule } from '../rule.ts';
import { isDescribed } from '../schemas.ts';
import { hasWord, isCache } from '../words.ts';

export const lateValidation: Rule = {
  code: 'late-validation',
  severity: 'warning',
  finds: 'an expensive step (AI, long timeout, large by profile) on unchecked input of the flow',
  guide: 'Early Validation',
  why: 'An inputSchema is checked before any step starts; its cost is what each refused input saves.',
  saving: 'Each refused input would save',
  find: (linted) => {
    // The input of an inner flow is what the step that runs it gives.
    if (linted.prefix !== '') return [];
    const afterCheck = linted.descendantsOf(linted.flow.steps.filter(checks));
    return linted.flow.steps.flatMap((step) => {
      const expense = afterCheck.has(step.id) ? undefined : expenseOf(linted, step);
      const read = expense === undefined ? undefined : uncheckedRead(linted, step, new Set());
      if (expense === undefined || !read) return [];
      return [
        {
          span: read.reference.span,
          step: step.id,
          message: `Step "${step.id}" ${expense}, but nothing has checked the input that it gets`,
          help: 'Describe the input in an inputSchema of the flow, or let a step that checks it go before and read its result.',
          improve: (flow) => withoutRunning(flow, step.id),
        },
      ];
    });
  },
};

/** A value of the flow's input that gets to a step without being checked: directly, or through steps that only pass it on. */
function uncheckedRead(linted: LintedFlow, step: Step, seen: Set<string>): InputRead | undefined {
  if (seen.has(step.id)) return undefined;
  seen.add(step.id);
  for (const read of readsOf(step)) {
    const { reference } = read;
    if (reference.kind === 'input' && !isChecked(linted, read)) return read;
    const source = reference.kind === 'step' ? linted.steps.get(reference.step) : undefined;
    const isPassedOn = source && pureValueOf(source) !== undefined && !linted.isReplaced(source);
    const found = isPassedOn ? uncheckedRead(linted, source, seen) : undefined;
    if (found) return found;
  }
  return undefined;
}

const CHECK = new Set([
  'validate',
  'validation',
  'validator',
  'check',
  'checker',
  'verify',
  'verification',
  'guard',
  'sanitize',
  'screen',
]);

/** Whether a step checks something, by its name or that of its component. */
const checks = (step: Step): boolean => !isCache(step) && (hasWord(step.component, CHECK) || hasWord(step.id, CHECK));

const isChecked = ({ flow }: LintedFlow, { reference }: InputRead): boolean => {
  if (flow.inputSchema === undefined) return false;
  const { segments } = reference.path.path;
  return isDescribed(flow.inputSchema, segments);
};
