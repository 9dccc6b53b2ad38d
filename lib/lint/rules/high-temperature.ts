import { aiSteps, writtenField } from '../ai-steps.ts';
import type { Rule } from '../rule.ts';

/** The guide writes 0.1 and 0.3; above one half, answers to one request differ noticeably. */
const HIGH = 0.5;

export const highTemperature: Rule = {
  code: 'high-temperature',
  severity: 'info',
  finds: 'a temperature above 0.5',
  guide: 'Component Configuration',
  why: 'Answers that differ each time can neither be tested nor are they worth a cache.',
  find: (linted) =>
    aiSteps(linted).flatMap((step) => {
      const temperature = writtenField(step, ['temperature'], 'number');
      if (!temperature || temperature.value <= HIGH) return [];
      return [
        {
          span: temperature.at.span,
          step: step.id,
          message: `With a temperature of ${temperature.value}, the answers of "${step.id}" differ from call to call`,
          help: 'Write a lower temperature, such as 0.1 to 0.3, unless variety is what is wanted.',
        },
      ];
    }),
};
