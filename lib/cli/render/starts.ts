import type { ExplainedStarts, ExplainedTrigger } from '../../explain/index.ts';
import type { CompletionTarget } from '../../flow/triggers/trigger.ts';
import type { Colors } from '../terminal.ts';
import { usd } from './usd.ts';

/** What starts a flow besides calls, and who is told how its executions end; nothing where nothing does. */
export const startLines = ({ triggers, onSuccess, onFailure }: ExplainedStarts, colors: Colors): readonly string[] => [
  ...triggers.flatMap((each) => triggerLines(each, colors)),
  ...targetLines('onSuccess', onSuccess),
  ...targetLines('onFailure', onFailure),
];

function triggerLines(trigger: ExplainedTrigger, colors: Colors): readonly string[] {
  const { name, enabled, input, costUsd } = trigger;
  const off = enabled ? '' : colors.yellow(', switched off');
  return [
    `${name}: ${sourceText(trigger)}${off}`,
    ...nextLine(trigger),
    `  input ${JSON.stringify(input)}`,
    colors.dim(`  ${usd(costUsd * 1_000_000)} a million starts, besides the flow itself`),
  ];
}

function sourceText({ schedule, queue, batchSize = 1, bus, pattern }: ExplainedTrigger): string {
  if (schedule) return `${schedule.expression} in ${schedule.timezone}`;
  if (queue === undefined) return `events of the bus ${bus} like ${JSON.stringify(pattern)}`;
  const batch = batchSize > 1 ? `up to ${batchSize} messages` : 'a message';
  return `${batch} of the queue ${queue}${pattern ? ` like ${JSON.stringify(pattern)}` : ''}`;
}

function nextLine({ schedule }: ExplainedTrigger): readonly string[] {
  if (!schedule) return [];
  const { expression, next } = schedule;
  if (next.length === 0) return ['  never again: no such time is to come'];
  const since = expression.startsWith('rate') ? ', if it is deployed now' : '';
  return [`  next ${next.map(timeText).join(', ')}${since}`];
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** `2030-01-31T09:00:00+01:00` as `Thu 2030-01-31 09:00`: minutes are as exact as AWS is. */
function timeText(time: string): string {
  const [date = '', clock = ''] = time.split('T');
  return `${DAYS[new Date(`${date}T00:00:00Z`).getUTCDay()]} ${date} ${clock.slice(0, 5)}`;
}

const targetLines = (what: string, targets: readonly CompletionTarget[]): readonly string[] =>
  targets.map(({ kind, to }) => `${what}: tells the ${kind} ${to}`);
