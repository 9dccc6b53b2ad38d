import { cronProblem } from './cron.ts';

/**
 * A schedule as EventBridge Scheduler takes it. Source: "Schedule types in EventBridge Scheduler", EventBridge Scheduler user guide.
 */
export type Schedule =
  | { readonly kind: 'rate'; readonly expression: string; readonly value: number; readonly unit: RateUnit }
  | { readonly kind: 'cron'; readonly expression: string; readonly fields: readonly string[] }
  | { readonly kind: 'at'; readonly expression: string; readonly at: string };

/** The unit of a rate. */
export type RateUnit = 'minute' | 'hour' | 'day';

/** Why a text is no schedule, and what is written instead. */
export interface ScheduleProblem {
  readonly problem: string;
  readonly form: string;
}

const FORMS = 'rate(1 day), cron(0 9 ? * MON-FRI *) or at(2030-01-31T09:00:00)';

const UNITS: readonly RateUnit[] = ['minute', 'hour', 'day'];

/** Reads a schedule. */
export function readSchedule(text: string): Schedule | ScheduleProblem {
  const written = text.trim();
  const [, kind = '', inside = ''] = /^(\w+)\s*\((.*)\)$/s.exec(written) ?? [];
  switch (kind.toLowerCase()) {
    case 'rate':
      return readRate(inside.trim());
    case 'cron':
      return readCron(inside);
    case 'at':
      return readAt(inside.trim());
    default:
      return { problem: 'it is neither a rate, a cron nor an at expression', form: formFor(written) };
  }
}

/** What is most likely meant by a text without the name of its kind. */
function formFor(written: string): string {
  const fields = written.split(/\s+/);
  if (fields.length === 6 && cronProblem(fields) === undefined) return `cron(${written})`;
  if (fields.length === 5) return inSix(fields);
  const rate = readRate(written.replace(/^every\s+/i, ''));
  if (!('problem' in rate)) return rate.expression;
  const at = readAt(written);
  return 'problem' in at ? FORMS : at.expression;
}

/** A Unix cron expression of five fields as one of six, with a question mark where the day is said by the other field. */
function inSix([minute = '', hour = '', day = '', month = '', weekday = '']: readonly string[]): string {
  const days = weekday === '*' ? [day, '?'] : ['?', weekday.replace(/\d/g, (one) => WEEKDAYS[Number(one)] ?? one)];
  const fields = [minute, hour, days[0] ?? '', month, days[1] ?? '', '*'];
  return cronProblem(fields) === undefined ? `cron(${fields.join(' ')})` : FORMS;
}

/** By the numbers that Unix has for them; AWS counts from 1. */
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];

function readRate(inside: string): Schedule | ScheduleProblem {
  const [, digits, word = ''] = /^(\d+)\s*([a-z]*)$/i.exec(inside) ?? [];
  const unit = UNITS.find((each) => word.toLowerCase().replace(/s$/, '') === each);
  if (digits === undefined || unit === undefined) {
    return {
      problem: 'a rate is a whole number and minutes, hours or days',
      form: 'rate(5 minutes), rate(1 hour) or rate(7 days)',
    };
  }
  const value = Number(digits);
  if (value < 1) return { problem: 'a rate is at least 1', form: `rate(1 ${unit})` };
  const expression = `rate(${value} ${unit}${value === 1 ? '' : 's'})`;
  const wanted = value === 1 ? unit : `${unit}s`;
  if (word !== wanted) return { problem: `${value} takes "${wanted}"`, form: expression };
  return { kind: 'rate', expression, value, unit };
}

function readCron(inside: string): Schedule | ScheduleProblem {
  const fields = inside.trim().split(/\s+/);
  const problem = fields.length === 5 ? { problem: FIVE_FIELDS, form: inSix(fields) } : cronProblem(fields);
  return problem ?? { kind: 'cron', expression: `cron(${fields.join(' ')})`, fields };
}

const FIVE_FIELDS = 'it has five fields, and that of AWS has six: minute, hour, day of month, month, day of week, year';

function readAt(inside: string): Schedule | ScheduleProblem {
  const [, date = '', time = ''] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)$/.exec(inside) ?? [];
  const instant = new Date(`${date}T${time}Z`);
  const isTime = date !== '' && !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(`${date}T${time}`);
  if (isTime) return { kind: 'at', expression: `at(${inside})`, at: inside };
  const isOffset = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/.test(inside);
  return isOffset
    ? { problem: 'its time has an offset, which "timezone" says', form: `at(${inside.slice(0, 19)}) and a "timezone"` }
    : { problem: 'it is no date and time', form: 'at(2030-01-31T09:00:00)' };
}
