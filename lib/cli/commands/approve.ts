import { ANSWER_OPTIONS, ANSWER_POSITIONALS, answerStep, localUser } from '../answer.ts';
import { type Command, defineCommand } from '../command.ts';

const options = {
  ...ANSWER_OPTIONS,
  by: { kind: 'text', value: 'NAME', summary: 'who answers (default: the user of this machine)' },
  comment: { kind: 'text', value: 'TEXT', summary: 'what the flow is told beside it' },
} as const;

/** A command by which a person answers a step. */
const decision = (name: 'approve' | 'reject', summary: string): Command =>
  defineCommand({
    name,
    summary,
    positionals: ANSWER_POSITIONALS,
    options,
    json: 'the step and the answer',
    examples: [
      `${name} 0f7a1c2e release`,
      `${name} 0f7a1c2e release --by ada --comment "as discussed"`,
      `${name} 0f7a1c2e each.check --item 3`,
    ],
    action: (call) => {
      const { by = localUser(), comment } = call.options;
      const answer = {
        approved: name === 'approve',
        ...(by !== undefined && { by }),
        ...(comment !== undefined && { comment }),
      };
      return answerStep(call, answer, name === 'approve' ? 'is approved' : 'is rejected');
    },
  });

/** `stepflow approve ID STEP` */
export const approveCommand = decision('approve', 'Approve what a step of a run waits for.');

/** `stepflow reject ID STEP` */
export const rejectCommand = decision(
  'reject',
  'Reject what a step of a run waits for: the step succeeds, with approved: false.',
);
