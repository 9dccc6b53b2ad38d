import type { Slots } from '../../protocol/invocation.ts';
import type { Json } from '../../protocol/json.ts';
import { operationAt } from '../../protocol/operation-at.ts';
import { answerKindOf, itemOf, type WaitingRecord } from '../../protocol/waiting.ts';
import type { BlobStore } from '../../runtime/index.ts';
import { spillSlots } from '../../runtime/index.ts';
import { project } from '../../runtime/projection.ts';
import type { Answer, RespondRequest } from '../executions.ts';
import { Problem } from '../problem.ts';
import { type Asked, compare } from './waiting-store.ts';

/** What completes the task of a step that waits: an answer in the form of that of a function. */
export interface TaskOutput {
  readonly Payload: Slots;
}

/** What the state machine reads of an answer: what the wrapper of a component returns of its result. */
export async function outputFor(
  { step, reads, spillAbove }: WaitingRecord,
  answer: Answer,
  blobs: Pick<BlobStore, 'put'>,
): Promise<TaskOutput> {
  const slots = project(resultOf(answer), reads, step, { operationAt });
  return { Payload: spillAbove === undefined ? slots : await spillSlots(slots, spillAbove, blobs) };
}

/** The step's result. */
const resultOf = (answer: Answer): Json =>
  'value' in answer
    ? answer.value
    : { approved: answer.approved, by: answer.by ?? null, comment: answer.comment ?? null };

/**
 * The record of the step that a request answers, of all that its execution asks. @throws Problem where that does not wait, or where
 * several iterations of it do and the request names none
 */
export function recordFor(asked: readonly Asked[], { step, item, answer }: RespondRequest): WaitingRecord {
  const ofStep = asked.filter(({ record }) => record.step === step);
  const meant = ofStep.filter(({ record }) => item === undefined || itemOf(record) === item);
  const open = meant.filter(({ over }) => over === undefined);
  const [first, ...more] = open;
  if (!first) throw notWaiting(step, item, meant[0], asked);
  if (more.length > 0) throw ambiguous(step, open);
  const { record } = first;
  const kind = answerKindOf(record.component);
  if (kind === 'approval' && 'value' in answer)
    throw new Problem('INVALID_REQUEST', `Step "${step}" is to be approved or rejected; it takes no value`, {
      parameter: 'step',
    });
  if (kind === 'callback' && !('value' in answer))
    throw new Problem('INVALID_REQUEST', `Step "${step}" waits for a value; send one to it with "callback"`, {
      parameter: 'step',
    });
  return record;
}

/** How many are named in a message. */
const MOST_NAMED = 10;

const nameOf = ({ record }: Asked): string => {
  const item = itemOf(record);
  return item === undefined ? `"${record.step}"` : `"${record.step}" with the item ${item}`;
};

function listed(some: readonly Asked[], name: (one: Asked) => string): string {
  const more = some.length > MOST_NAMED ? ` and ${some.length - MOST_NAMED} others` : '';
  return `${some.slice(0, MOST_NAMED).map(name).join(', ')}${more}`;
}

function notWaiting(
  step: string,
  item: string | undefined,
  meant: Asked | undefined,
  asked: readonly Asked[],
): Problem {
  const open = asked.filter(({ over }) => over === undefined);
  const others = open.length > 0 ? `what waits is ${listed(open, nameOf)}` : 'nothing waits in this execution just now';
  const which = item === undefined ? `Step "${step}"` : `Step "${step}" with the item ${item}`;
  if (meant?.over === 'answered')
    return new Problem('NOT_WAITING', `${which} has been answered already, and one answer counts; ${others}`);
  if (meant?.over === 'timed out')
    return new Problem('NOT_WAITING', `${which} waits no more: the time for an answer is over; ${others}`);
  return new Problem('STEP_NOT_FOUND', `${which} has asked nothing in this execution, or not yet; ${others}`, {
    parameter: 'step',
  });
}

const byItem = (open: readonly Asked[]): readonly Asked[] =>
  [...open].sort((one, other) => compare(itemOf(one.record) ?? '', itemOf(other.record) ?? ''));

const ambiguous = (step: string, open: readonly Asked[]): Problem =>
  new Problem(
    'INVALID_REQUEST',
    `Step "${step}" waits in ${open.length} items; say which: ${listed(byItem(open), ({ record }) => itemOf(record) ?? 'none')}`,
    { parameter: 'item' },
  );

/** The refusal of an answer to a step whose execution has ended. */
export const executionEnded = (step: string, id: string): Problem =>
  new Problem('NOT_WAITING', `Step "${step}" waits no more: execution "${id}" has ended`);
