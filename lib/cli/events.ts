import { hasError } from '../diagnostics/diagnostics.ts';
import type { Json } from '../protocol/json.ts';
import type { PreparedFlow } from '../run/run-flow.ts';
import { UsageError } from './errors.ts';
import type { ChosenInput } from './inputs.ts';
import { readJsonFile, readJsonOption } from './read-json.ts';
import type { Terminal } from './terminal.ts';

/** The options of commands that take an event. */
export interface EventOptions {
  readonly event?: string | undefined;
  readonly trigger?: string | undefined;
}

/** The input that a trigger made of an event, or why it made none. */
export type InputOfEvent = { readonly trigger: string } & (
  | ChosenInput
  | {
      readonly error: {
        readonly code: 'INVALID_INPUT' | 'EXPRESSION_FAILURE' | 'UNSPECIFIED';
        readonly message: string;
      };
    }
);

/** What the trigger of a flow makes of the event that is given; undefined where none is, or where the flow has errors of its own. */
export async function givenByEvent(
  { event: given, trigger: called }: EventOptions,
  { compiled, diagnostics, name, showInput }: PreparedFlow,
  terminal: Terminal,
): Promise<InputOfEvent | undefined> {
  if ((given === undefined && called === undefined) || hasError(diagnostics)) return undefined;
  const triggers = compiled.triggers ?? [];
  if (triggers.length === 0) {
    const help = 'write what starts it under metadata.aws.triggers, or give the input itself with --input';
    throw new UsageError(`the flow "${name}" has no triggers`, help);
  }
  const [{ mismatchOf, triggerCalled, triggerFor, whyNot }, { mapEvent }] = await Promise.all([
    import('../run/event/choose-trigger.ts'),
    import('../run/event/map-event.ts'),
  ]);
  const event = given === undefined ? undefined : await readEvent(given, terminal);
  const chosen = called === undefined ? triggerFor(triggers, event ?? {}) : triggerCalled(triggers, called);
  if ('problem' in chosen) throw new UsageError(chosen.problem, chosen.help);
  const { trigger } = chosen;
  const mapped = await mapEvent(chosen, event ?? (await scheduled(chosen.trigger)));
  if ('error' in mapped) {
    const { code, message } = mapped.error;
    const known = code === 'INVALID_INPUT' || code === 'EXPRESSION_FAILURE' ? code : 'UNSPECIFIED';
    return {
      trigger: trigger.name,
      error: { code: known, message: `the trigger "${trigger.name}" makes no input of this event: ${message}` },
    };
  }
  const text = JSON.stringify(mapped.input, null, 2);
  const file = `input of the trigger ${trigger.name}`;
  const mismatch = event === undefined ? undefined : mismatchOf(trigger, event);
  const warning = mismatch ? `On AWS this event would not start it: ${whyNot(trigger, mismatch)}\n` : '';
  const note = `${warning}${noteOf(trigger.name, showInput(mapped.input, text))}`;
  return { trigger: trigger.name, source: { file, value: mapped.input, text }, note };
}

const noteOf = (name: string, text: string): string => `The trigger "${name}" makes this input of the event: ${text}`;

const readEvent = async (given: string, terminal: Terminal): Promise<Json> =>
  (given === '-' || given.startsWith('@')
    ? await readJsonOption('--event', given, terminal)
    : await readJsonFile(given, terminal)
  ).value;

/** The event of a schedule is known without one that is given. */
async function scheduled({ kind, name }: { readonly kind: string; readonly name: string }): Promise<Json> {
  if (kind !== 'schedule')
    throw new UsageError(
      `the trigger "${name}" needs an event`,
      'give one with --event FILE; only schedules need none',
    );
  const { eventOfSchedule } = await import('../run/event/map-event.ts');
  return eventOfSchedule(name, Date.now());
}
