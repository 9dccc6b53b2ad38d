import { ANSWER_OPTIONS, ANSWER_POSITIONALS, answerStep } from '../answer.ts';
import { defineCommand } from '../command.ts';
import { UsageError } from '../errors.ts';
import { readJsonOption } from '../read-json.ts';

const options = {
  ...ANSWER_OPTIONS,
  value: { kind: 'text', value: 'JSON|@FILE|-', summary: 'the value, which becomes the result of the step' },
} as const;

/** `stepflow callback ID STEP --value JSON` */
export const callbackCommand = defineCommand({
  name: 'callback',
  summary: 'Send a value to a step of a run that waits for a callback.',
  positionals: ANSWER_POSITIONALS,
  options,
  json: 'the step and the value',
  examples: [
    `callback 0f7a1c2e shipped --value '{"parcel": "P-17"}'`,
    'callback 0f7a1c2e shipped --value @parcel.json',
  ],
  action: async (call) => {
    const { value: written } = call.options;
    if (written === undefined)
      throw new UsageError('a callback needs a value', 'give one with --value JSON, if only --value null');
    const { value } = await readJsonOption('--value', written, call.terminal);
    return answerStep(call, { value }, 'has its value');
  },
});
