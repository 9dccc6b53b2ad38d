import type { ScheduleProblem } from './schedule.ts';

/** A field of a cron expression of AWS. Source: "Schedule types in EventBridge Scheduler", EventBridge Scheduler user guide. */
interface CronField {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** Names of its values, from the least on. */
  readonly names?: readonly string[];
  /** Whether it may be `?`: the day is then said by the other field of a day. */
  readonly isDay?: true;
  /** Values of its own: the last day, the nearest weekday, the nth weekday of a month. */
  readonly special?: RegExp;
  readonly example: string;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** The fields of a cron expression, in order. */
export const CRON_FIELDS: readonly CronField[] = [
  { name: 'minute', least: 0, most: 59, example: '0/15' },
  { name: 'hour', least: 0, most: 23, example: '8-17' },
  {
    name: 'day of month',
    least: 1,
    most: 31,
    isDay: true,
    special: /^(?:L|LW|(?:[1-9]|[12]\d|3[01])W)$/i,
    example: '1,15, L for the last day, or 15W for the weekday nearest to the 15th',
  },
  { name: 'month', least: 1, most: 12, names: MONTHS, example: 'JAN-MAR' },
  {
    name: 'day of week',
    least: 1,
    most: 7,
    names: DAYS,
    isDay: true,
    special: /^(?:L|(?:[1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(?:L|#[1-5]))$/i,
    example: 'MON-FRI, 6L for the last Friday of a month, or 2#1 for its first Monday (1 is Sunday)',
  },
  { name: 'year', least: 1970, most: 2199, example: '*' },
];

/** Why fields are no cron expression of AWS; undefined where they are one. */
export function cronProblem(fields: readonly string[]): ScheduleProblem | undefined {
  if (fields.length !== CRON_FIELDS.length) {
    const names = CRON_FIELDS.map(({ name }) => name).join(', ');
    return { problem: `it has ${fields.length} fields, not six: ${names}`, form: 'cron(0 9 ? * MON-FRI *)' };
  }
  for (const [at, field] of CRON_FIELDS.entries()) {
    const written = fields[at] ?? '';
    const problem = fieldProblem(written, field);
    if (problem !== undefined) {
      const form = `the ${field.name} as ${field.example}`;
      return { problem: `its ${field.name} "${written}" ${problem}`, form };
    }
  }
  return dayProblem(fields);
}

/** One of the two fields of a day is left open. */
function dayProblem(fields: readonly string[]): ScheduleProblem | undefined {
  const [minute, hour, day, month, weekday, year] = fields;
  if ((day === '?') !== (weekday === '?')) return undefined;
  const isOpen = day === '?' || day === '*';
  const problem =
    day === '?'
      ? 'neither the day of month nor the day of week is said'
      : 'both the day of month and the day of week are said, and AWS takes one of them';
  const days = isOpen ? `? ${month} ${weekday === '?' ? '*' : weekday}` : `${day} ${month} ?`;
  return { problem, form: `cron(${minute} ${hour} ${days} ${year}), with ? for the one that is left open` };
}

function fieldProblem(written: string, field: CronField): string | undefined {
  if (written === '*') return undefined;
  if (written === '?') return field.isDay ? undefined : 'is ?, which only a day may be';
  return written
    .split(',')
    .map((part) => partProblem(part, field))
    .find((problem) => problem !== undefined);
}

/** A value, a range `a-b`, or either or `*` with a step `/n`. */
function partProblem(part: string, field: CronField): string | undefined {
  if (field.special?.test(part)) return undefined;
  const [, range = '', , step] = /^([^/]+)(\/(\d+))?$/.exec(part) ?? [];
  if (range === '') return `is not ${wantedOf(field)}`;
  if (step !== undefined && (Number(step) < 1 || Number(step) > field.most)) return `has a step of ${step}`;
  if (range === '*') return undefined;
  const ends = range.split('-').map((end) => numberOf(end, field));
  const [from, to = from] = ends;
  if (ends.length > 2 || from === undefined || to === undefined) return `is not ${wantedOf(field)}`;
  return from > to ? 'is a range that ends before it begins' : undefined;
}

function numberOf(text: string, { least, most, names = [] }: CronField): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  if (named >= 0) return least + named;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

const wantedOf = ({ least, most, names }: CronField): string =>
  `${least} to ${most}${names ? ` or ${names[0]} to ${names.at(-1)}` : ''}, a list or a range of such`;
