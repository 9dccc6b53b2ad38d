import type { AnswerKind } from '../../protocol/waiting.ts';

/** A step that waits, as far as its answer needs it. */
interface Answered {
  readonly step: string;
  readonly item?: string;
  readonly answeredBy: AnswerKind;
}

/** The very commands that answer a step. */
export function answerCommand(id: string, { step, item, answeredBy }: Answered): readonly string[] {
  const which = `${id} ${step}${item === undefined ? '' : ` --item ${item}`}`;
  return answeredBy === 'approval'
    ? [`stepflow approve ${which}`, `stepflow reject ${which}`]
    : [`stepflow callback ${which} --value JSON`];
}
