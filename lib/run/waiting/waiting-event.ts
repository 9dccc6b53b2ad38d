import { answerKindOf, itemOf, type WaitingRecord } from '../../protocol/waiting.ts';
import type { RunEvent } from '../report/events.ts';

/** The event of a run's step that begins to wait for an answer. */
export function waitingEvent(record: WaitingRecord, execution: string, atMs: number): RunEvent {
  const { step, component, title, timeout } = record;
  const item = itemOf(record);
  const question = {
    ...{ execution, answeredBy: answerKindOf(component) ?? 'callback' },
    ...(item !== undefined && { item }),
    ...(title !== undefined && { title }),
    ...(timeout !== undefined && { timeout }),
  };
  return { type: 'step-waiting', atMs, step, component, question };
}
