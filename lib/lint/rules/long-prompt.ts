import { inputField } from '../../compiler/analyse/builtins.ts';
import { textsIn } from '../ai-steps.ts';
import type { Rule } from '../rule.ts';
import { isAi } from '../words.ts';

/** Characters of a prompt that is written out: some 250 tokens, which are paid for in each call. */
const LONG = 1000;

export const longPrompt: Rule = {
  code: 'long-prompt',
  severity: 'info',
  finds: 'a prompt of more than 1,000 characters that is written out',
  guide: 'Prompt Optimization',
  why: 'Each call pays for each of its tokens, and the model reads them all before it answers.',
  find: (linted) =>
    linted.flow.steps
      .filter((step) => linted.isBuiltin(step, 'create_messages') || isAi(step))
      .flatMap((step) =>
        ['messages', 'prompt', 'system', 'system_instructions', 'user_prompt', 'instructions']
          .flatMap((name) => textsIn(inputField(step, name)))
          .filter(({ text }) => text.length > LONG)
          .map(({ text, at }) => ({
            span: at.span,
            step: step.id,
            message: `This prompt has ${text.length.toLocaleString('en')} characters, some ${Math.round(text.length / 4).toLocaleString('en')} tokens, in each call`,
            help: 'Say only what the model needs for this task: "Answer briefly and directly."',
          })),
      ),
};
