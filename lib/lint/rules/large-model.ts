import { aiSteps, writtenField } from '../ai-steps.ts';
import type { Rule } from '../rule.ts';

/** The large models of the families whose names say how large they are; the name of a maker may go before. */
const LARGE = /^(?:.*[/.])?(?:gpt-[4-9]|o\d|chatgpt-4|.*opus|gemini-.*(?:pro|ultra)|.*-large|llama.*(?:405b|70b))/i;
/** Small ones, and those that embed texts; not the "mini" in gemini. */
const OTHER = /(?<![a-z])(?:mini|nano|small|lite|flash|haiku|8b|embed(?:ding)?)(?![a-z])/i;

export const largeModel: Rule = {
  code: 'large-model',
  severity: 'info',
  finds: 'a large language model where a smaller one may do',
  guide: 'Component Configuration',
  why: 'The small models of a family answer several times as fast, for a fraction of the price.',
  find: (linted) =>
    aiSteps(linted).flatMap((step) => {
      const model = writtenField(step, ['model', 'model_id', 'modelId'], 'string');
      if (!model || !LARGE.test(model.value) || OTHER.test(model.value)) return [];
      return [
        {
          span: model.at.span,
          step: step.id,
          message: `"${model.value}" is the large model of its family`,
          help: 'Try a smaller one, such as gpt-4o-mini, on the cases of a test; keep the large one for what only it can do.',
        },
      ];
    }),
};
