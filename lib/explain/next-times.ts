import { Cron } from 'croner';
import type { Schedule } from '../flow/triggers/schedule.ts';

const MINUTE = 60_000;

const UNITS = { minute: MINUTE, hour: 60 * MINUTE, day: 24 * 60 * MINUTE } as const;

/**
 * The next times at which a schedule is due after `now`, as ISO texts with the offset of its time zone; fewer than `count` where
 * it is not due so often any more. A rate counts from `now`, as if it were deployed then. Source: "Schedule types in EventBridge
 * Scheduler", EventBridge Scheduler user guide.
 */
export function nextTimes(schedule: Schedule, timezone: string, now: Date, count: number): readonly string[] {
  const write = timeWriter(timezone);
  switch (schedule.kind) {
    case 'rate':
      return Array.from({ length: count }, (_, at) =>
        write(new Date(now.getTime() + at * schedule.value * UNITS[schedule.unit])),
      );
    case 'at':
      return new Cron(schedule.at, { timezone, paused: true }).nextRuns(1, now).map(write);
    case 'cron':
      return cronTimes(schedule.fields, timezone, now, count).map(write);
  }
}

/** How AWS writes cron expressions: with a year, weekdays from 1 for Sunday, steps from a value on, days by one field alone. */
const DIALECT = {
  mode: '7-part',
  alternativeWeekdays: true,
  sloppyRanges: true,
  domAndDow: true,
  paused: true,
} as const;

function cronTimes(fields: readonly string[], timezone: string, now: Date, count: number): readonly Date[] {
  const [minute, hour, day, month, weekday, year] = fields;
  // Alone, the last day of a week is a Saturday.
  const weekdays = weekday?.replace(/(?<=^|,)L(?=,|$)/gi, '7');
  const cron = new Cron(['0', minute, hour, day, month, weekdays, year].join(' '), { ...DIALECT, timezone });
  const write = timeWriter(timezone);
  const found: Date[] = [];
  for (let next = cron.nextRun(now); next && found.length < count; next = cron.nextRun(next))
    // A time that a change of clocks leaves out is left out; one that there is twice is due once.
    if (cron.match(next) && !isSecond(next, write)) found.push(next);
  return found;
}

/** Whether the clocks showed the same time before, since they were put back. */
const isSecond = (time: Date, write: (time: Date) => string): boolean =>
  [30, 60].some((minutes) => {
    const before = new Date(time.getTime() - minutes * MINUTE);
    return write(before).slice(0, WALL_CLOCK) === write(time).slice(0, WALL_CLOCK);
  });

/** Characters of `2030-01-31T09:00:00`. */
const WALL_CLOCK = 19;

/** Writes times as `2030-01-31T09:00:00+01:00` in a time zone. */
function timeWriter(timeZone: string): (time: Date) => string {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', timeZoneName: 'longOffset' },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  });
  return (time) => {
    const part = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
    const offset = part.timeZoneName?.replace('GMT', '') || '+00:00';
    return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}${offset}`;
  };
}
