import { randomUUID } from 'node:crypto';
import type { CompiledTrigger } from '../../compiler/triggers/entry-machine.ts';
import { execute, type TaskRequest, VirtualClock } from '../../engine/index.ts';
import { scheduleEvent } from '../../flow/triggers/schedule-event.ts';
import { isObject, type Json } from '../../protocol/json.ts';
import { unescapeValue } from '../../protocol/markers.ts';
import { messagesOf } from './choose-trigger.ts';

/** The input that a trigger makes of an event, or why it makes none. */
export type MappedEvent =
  | { readonly input: Json }
  | { readonly error: { readonly code: string; readonly message: string } };

/**
 * Makes the flow's input of an event, by the state machine that does so on AWS, in the engine. What it would start or set aside
 * there is taken from it here.
 */
export async function mapEvent({ trigger, stateMachine }: CompiledTrigger, event: Json): Promise<MappedEvent> {
  let started: { readonly input: Json } | undefined;
  const resolver = async ({ resource, arguments: given }: TaskRequest): Promise<Json> => {
    if (resource === START && isObject(given)) started = { input: unescapeValue(inputOf(given.Input ?? {})) };
    return {};
  };
  const input = trigger.kind === 'queue' ? [...messagesOf(event)] : event;
  const options = { input, resolver, type: 'EXPRESS', clock: new VirtualClock() } as const;
  const { error = 'UNSPECIFIED', cause = '' } = await execute(stateMachine, options);
  return started ?? { error: { code: error, message: cause } };
}

const START = 'arn:aws:states:::states:startExecution';

/** StartExecution takes a JSON text, as which the task gives anything but maps and lists. */
const inputOf = (given: Json): Json => (typeof given === 'string' ? JSON.parse(given) : given);

/** The event of a schedule that is due now. */
export const eventOfSchedule = (name: string, now: number): Json =>
  scheduleEvent(name, {
    id: randomUUID(),
    time: new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
    attempt: '1',
    arn: `arn:aws:scheduler:local:000000000000:schedule/default/${name}`,
    account: '000000000000',
    region: 'local',
  });
