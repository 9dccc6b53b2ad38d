import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextTimes } from '../../lib/explain/next-times.ts';
import { readSchedule } from '../../lib/flow/triggers/schedule.ts';
import { runs } from '../chance.ts';

const next = (text: string, now: string, { timezone = 'UTC', count = 3 } = {}) => {
  const schedule = readSchedule(text);
  if ('problem' in schedule) throw new Error(`${text}: ${schedule.problem}`);
  return nextTimes(schedule, timezone, new Date(now), count);
};

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** A field in the simple terms of a list, a range, or a step from a value or in a range. */
const field = (least: number, most: number, names?: readonly string[]): fc.Arbitrary<string> => {
  const value = fc.integer({ min: least, max: most });
  const written = (one: number, named: boolean) => (named && names ? (names[one - least] ?? '') : String(one));
  const step = fc.integer({ min: 1, max: most });
  const range = fc
    .tuple(value, value, fc.boolean())
    .map(([a, b, named]) => `${written(Math.min(a, b), named)}-${written(Math.max(a, b), named)}`);
  const one = fc.tuple(value, fc.boolean()).map(([each, named]) => written(each, named));
  const part = fc.oneof(
    one,
    range,
    fc.tuple(one, step).map(([from, by]) => `${from}/${by}`),
    fc.tuple(range, step).map(([both, by]) => `${both}/${by}`),
  );
  return fc.oneof(
    fc.constant('*'),
    step.map((by) => `*/${by}`),
    fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(',')),
  );
};

const day = fc.oneof(field(1, 31), fc.constantFrom('L', 'LW', '1W', '15W', '31W', '1,L'));
const weekday = fc.oneof(field(1, 7, DAYS), fc.constantFrom('L', '6L', 'SUNL', '2#1', 'FRI#5', 'MON,6L', '1#2,3'));
const days = fc.oneof(
  day.map((each) => [each, '?'] as const),
  weekday.map((each) => ['?', each] as const),
);
const cron = fc
  .tuple(field(0, 59), field(0, 23), days, field(1, 12, MONTHS), fc.constantFrom('*', '2027', '2026-2040', '2028/2'))
  .map(([minute, hour, [dayOfMonth, dayOfWeek], month, year]) => [minute, hour, dayOfMonth, month, dayOfWeek, year]);

/** Whether a value is in a field, by the words of the user guide. */
function isIn(written: string, value: number, least: number, most: number, names: readonly string[] = []): boolean {
  const numberOf = (text: string) => (names.includes(text) ? names.indexOf(text) + least : Number(text));
  return written.split(',').some((part) => {
    const [range = '', step] = part.split('/');
    const [from = '', to] = range.split('-');
    const low = range === '*' ? least : numberOf(from);
    const high = range === '*' || (to === undefined && step !== undefined) ? most : numberOf(to ?? from);
    return value >= low && value <= high && (value - low) % Number(step ?? 1) === 0;
  });
}

const lastOf = (time: Date): number =>
  new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + 1, 0)).getUTCDate();

/** The weekday that is nearest to a day of the month, and in it. */
function workdayNear(time: Date, wanted: number): number {
  const last = lastOf(time);
  const date = Math.min(wanted, last);
  const of = new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), date)).getUTCDay();
  if (of === 6) return date === 1 ? 3 : date - 1;
  if (of === 0) return date === last ? date - 2 : date + 1;
  return date;
}

function isDay(written: string, time: Date): boolean {
  const date = time.getUTCDate();
  return written.split(',').some((part) => {
    if (part === '?') return true;
    if (part === 'L') return date === lastOf(time);
    if (part === 'LW') return date === workdayNear(time, 31);
    const near = /^(\d+)W$/.exec(part);
    if (near) return Number(near[1]) <= lastOf(time) && date === workdayNear(time, Number(near[1]));
    return isIn(part, date, 1, 31);
  });
}

function isWeekday(written: string, time: Date): boolean {
  const date = time.getUTCDate();
  const of = time.getUTCDay() + 1;
  const numberOf = (text: string) => (DAYS.includes(text) ? DAYS.indexOf(text) + 1 : Number(text));
  return written.split(',').some((part) => {
    if (part === '?') return true;
    if (part === 'L') return of === 7;
    const last = /^(.+)L$/.exec(part);
    if (last) return of === numberOf(last[1] ?? '') && date + 7 > lastOf(time);
    const nth = /^(.+)#(\d)$/.exec(part);
    if (nth) return of === numberOf(nth[1] ?? '') && Math.ceil(date / 7) === Number(nth[2]);
    return isIn(part, of, 1, 7, DAYS);
  });
}

const isDue = ([minute = '', hour = '', date = '', month = '', of = '', year = '']: readonly string[], time: Date) =>
  isIn(year, time.getUTCFullYear(), 1970, 2199) &&
  isIn(month, time.getUTCMonth() + 1, 1, 12, MONTHS) &&
  isDay(date, time) &&
  isWeekday(of, time) &&
  isIn(hour, time.getUTCHours(), 0, 23) &&
  isIn(minute, time.getUTCMinutes(), 0, 59);

/** The first minutes after `now` at which a cron expression is due, by looking at each, within two years. */
function looked(fields: readonly string[], now: Date, count: number): readonly string[] {
  const found: string[] = [];
  const DAY = 86_400_000;
  const [, , date = '', month = '', of = '', year = ''] = fields;
  for (let at = now.getTime(); at < now.getTime() + 730 * DAY && found.length < count; at += DAY) {
    const noon = new Date(at + DAY / 2);
    if (!isDue(['*', '*', date, month, of, year], noon)) continue;
    for (let minute = 0; minute < 1440 && found.length < count; minute += 1) {
      const time = new Date(at + minute * 60_000);
      if (time > now && isDue(fields, time)) found.push(time.toISOString().replace('.000Z', '+00:00'));
    }
  }
  return found;
}

describe('the next times of a schedule', () => {
  it('are those at which a random cron expression is due, and no other', () => {
    const now = new Date('2026-12-01T00:00:00Z');
    const property = fc.property(cron, (fields) => {
      const wanted = looked(fields, now, 3);
      const got = next(`cron(${fields.join(' ')})`, now.toISOString());
      // What is not due within two years is not looked for.
      expect(got.filter((time) => time < '2028-11-30')).toEqual(wanted.filter((time) => time < '2028-11-30'));
    });
    fc.assert(property, { numRuns: runs(300) });
  });

  it.each([
    // Clocks are put forward at 2:00, so that there is no 2:30; and put back at 3:00, so that there is a second one.
    ['cron(30 2 * * ? *)', '2027-03-27T12:00:00Z', ['2027-03-29T02:30:00+02:00', '2027-03-30T02:30:00+02:00']],
    ['cron(30 2 * * ? *)', '2027-10-30T12:00:00Z', ['2027-10-31T02:30:00+02:00', '2027-11-01T02:30:00+01:00']],
    ['at(2030-01-31T09:00:00)', '2027-10-30T12:00:00Z', ['2030-01-31T09:00:00+01:00']],
    ['at(2020-01-31T09:00:00)', '2027-10-30T12:00:00Z', []],
    ['rate(7 days)', '2027-10-30T12:00:00Z', ['2027-10-30T14:00:00+02:00', '2027-11-06T13:00:00+01:00']],
    ['cron(0 9 31 2 ? *)', '2027-10-30T12:00:00Z', []],
  ])('of %s after %s', (text, now, times) => {
    expect(next(text, now, { timezone: 'Europe/Berlin', count: 2 })).toEqual(times);
  });
});
