import type { CompiledTrigger } from '../../compiler/triggers/entry-machine.ts';
import { nearest } from '../../flow/text/nearest.ts';
import { findMismatch, type Mismatch } from '../../flow/triggers/match-pattern.ts';
import { SCHEDULER } from '../../flow/triggers/schedule-event.ts';
import type { Trigger } from '../../flow/triggers/trigger.ts';
import { isObject, type Json, type JsonObject } from '../../protocol/json.ts';

/** Why an event starts nothing, and what to do. */
export interface NoTrigger {
  readonly problem: string;
  readonly help: string;
}

/** The trigger of a flow by its name, or by its number from 1 on. */
export function triggerCalled(triggers: readonly CompiledTrigger[], called: string): CompiledTrigger | NoTrigger {
  const names = triggers.map(({ trigger }) => trigger.name);
  const found = triggers.find(({ trigger }) => trigger.name === called) ?? triggers[Number(called) - 1];
  if (found) return found;
  const meant = nearest(called, names);
  const help = meant === undefined ? `its triggers are ${names.join(', ')}` : `did you mean "${meant}"?`;
  return { problem: `the flow has no trigger "${called}"`, help };
}

/** The trigger that an event starts the flow by. Where several do, the user has to say which. */
export function triggerFor(triggers: readonly CompiledTrigger[], event: Json): CompiledTrigger | NoTrigger {
  const judged = triggers.map((compiled) => ({ compiled, mismatch: mismatchOf(compiled.trigger, event) }));
  const [first, second, ...more] = judged.filter(({ mismatch }) => mismatch === undefined);
  if (first && second) {
    const names = [first, second, ...more].map(({ compiled }) => `"${compiled.trigger.name}"`);
    return {
      problem: `the event fits several triggers: ${names.join(', ')}`,
      help: `on AWS each starts an execution; say which to run with --trigger ${first.compiled.trigger.name}`,
    };
  }
  if (first) return first.compiled;
  const why = judged.map(({ compiled, mismatch }) => (mismatch ? whyNot(compiled.trigger, mismatch) : ''));
  const notification = isNotification(event);
  const help = notification
    ? 'this is a notification that S3 sends by itself; through EventBridge it has "source", "detail-type" and "detail"'
    : 'correct the event or the trigger, or run one in any case with --trigger NAME';
  return { problem: `the event fits no trigger: ${why.join('; ')}`, help };
}

/** Why an event does not fit a trigger, in words. */
export const whyNot = ({ name }: Trigger, { path, found, wanted }: Mismatch): string => {
  const field = path === '' ? 'it' : `"${path}"`;
  const value = found === undefined ? 'is missing' : `is ${shortened(found)}`;
  return `of "${name}", ${field} ${value}, and ${wantedText(wanted)} is wanted`;
};

/** Where an event does not fit a trigger; undefined where it does. */
export function mismatchOf(trigger: Trigger, event: Json): Mismatch | undefined {
  if (trigger.kind === 'queue') return messagesMismatch(messagesOf(event), trigger.pattern ?? {});
  if (trigger.kind !== 'schedule') return findMismatch(event, trigger.pattern);
  const source = findMismatch(event, { source: [SCHEDULER] });
  // One that is written by hand need not name the schedule.
  const isNamed = isObject(event) && isObject(event.detail ?? null) && 'schedule' in Object(event.detail);
  return source ?? (isNamed ? findMismatch(event, { detail: { schedule: [trigger.name] } }) : undefined);
}

/** The messages of an event of a queue: one or a list. */
export const messagesOf = (event: Json): readonly Json[] => (Array.isArray(event) ? event : [event]);

function messagesMismatch(messages: readonly Json[], pattern: JsonObject): Mismatch | undefined {
  for (const message of messages) {
    if (!isObject(message)) return { path: '', found: message, wanted: [{ message: 'with a body' }] };
    if (!('body' in message)) return { path: 'body', found: undefined, wanted: [{ exists: true }] };
    const mismatch = findMismatch(withBody(message), pattern);
    if (mismatch) return mismatch;
  }
  return undefined;
}

/** A message whose body is read if it is JSON, as filters of pipes see it. */
function withBody(message: JsonObject): JsonObject {
  if (typeof message.body !== 'string') return message;
  try {
    return { ...message, body: JSON.parse(message.body) };
  } catch {
    return message;
  }
}

const isNotification = (event: Json): boolean =>
  isObject(event) && Array.isArray(event.Records) && isObject(event.Records[0] ?? null);

const wantedText = (wanted: Json): string => {
  if (!Array.isArray(wanted)) return shortened(wanted);
  return wanted.map(shortened).join(' or ');
};

const LONGEST = 80;

function shortened(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
