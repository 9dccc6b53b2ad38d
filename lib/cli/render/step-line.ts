import type { RunEvent } from '../../run/report/events.ts';
import type { LogEntry } from '../../runtime/logger.ts';
import { count } from '../report.ts';
import type { Colors } from '../terminal.ts';
import { duration } from './duration.ts';
import { answerCommand } from './question.ts';

/** An event of a run as one line for people; undefined for those that get none of their own. */
export function eventLine(event: RunEvent, colors: Colors): string | undefined {
  switch (event.type) {
    case 'run-started':
      return `${colors.bold(event.flow)} ${colors.dim(`${count(event.steps.length + (event.absorbed ?? 0), 'step')}, run ${shortId(event.execution)}`)}`;
    case 'step-succeeded':
      return `  ${colors.green('✔')} ${named(event, colors)} ${colors.dim(took(event))}`;
    case 'step-skipped':
      return `  ${colors.dim('↷')} ${named(event, colors)} ${colors.dim('skipped')}`;
    case 'step-cancelled':
      return `  ${colors.dim('◌')} ${named(event, colors)} ${colors.dim('cancelled')}`;
    case 'step-recovered':
      return `  ${colors.yellow('↻')} ${named(event, colors)} ${colors.dim(took(event))} ${recovered(event.error)}`;
    case 'step-failed':
      return `  ${colors.red('✖')} ${named(event, colors)} ${colors.dim(took(event))}`;
    case 'step-waiting':
      return waitingLines(event, colors);
    case 'step-retried':
      return `  ${colors.yellow('↻')} ${named(event, colors)} ${colors.yellow(`attempt ${event.attempt + 1}`)} after ${event.error.code}: ${event.error.message}`;
    case 'log':
      return event.entry.level === 'warn' || event.entry.level === 'error' ? logLine(event.entry, colors) : undefined;
    default:
      return undefined;
  }
}

function waitingLines(event: Extract<RunEvent, { type: 'step-waiting' }>, colors: Colors): string {
  const { title, item, timeout, execution } = event.question;
  const which = item === undefined ? '' : ` item ${item}`;
  const long = timeout === undefined ? '' : colors.dim(` for ${duration(timeout * 1000)} at most`);
  const first = `  ${colors.yellow('?')} ${named(event, colors)}${which} waits for an answer${title === undefined ? '' : `: ${title}`}${long}`;
  // The whole id: nobody knows how many runs there are when it is typed.
  const commands = answerCommand(execution, { step: event.step, ...event.question });
  return [first, ...commands.map((command) => `      ${colors.cyan(command)}`)].join('\n');
}

const named = ({ step, component }: { step: string; component: string }, colors: Colors): string =>
  `${step} ${colors.dim(component)}`;

/** As much of a run's id as tells it from others, and as `--resume` takes. */
export const shortId = (id: string): string => id.slice(0, 8);

type Ended = Extract<RunEvent, { startMs: number | null }>;

const took = ({ atMs, startMs, replayed }: Ended): string =>
  `${duration(atMs - (startMs ?? atMs))}${replayed ? ', completed earlier' : ''}`;

const recovered = ({ code, message }: { code: string; message: string }): string =>
  `onError handled ${code}: ${message}`;

/** An entry of a log as a line for people, with all that the component added to it. */
export function entryLine(entry: LogEntry, colors: Colors): string {
  const {
    time,
    level,
    message,
    step,
    flow: _flow,
    execution: _execution,
    attempt,
    iteration,
    childExecution: _child,
    ...rest
  } = entry;
  const { coldStart: _coldStart, ...fields } = rest;
  const paint = level === 'error' ? colors.red : level === 'warn' ? colors.yellow : String;
  const again = attempt > 0 ? ` attempt ${attempt + 1}` : '';
  const added = Object.keys(fields).length === 0 ? '' : ` ${colors.dim(JSON.stringify(fields))}`;
  return `${colors.dim(time)} ${paint(level.padEnd(5))} ${colors.bold(`${step}${iteration ?? ''}`)}${again} ${message}${added}`;
}

const logLine = ({ level, step, message }: { level: string; step: string; message: string }, colors: Colors): string =>
  `    ${colors.dim(`${step} ${level}`)} ${message}`;
