import * as z from 'zod';
import { component } from '../../lib/runtime/index.ts';
import { type Activity, activity } from '../_data/index.ts';
import { counts, summary } from '../_shared/schemas.ts';
import { sum, summarize, tally } from '../_shared/statistics.ts';
import { userId } from '../_shared/user.ts';

/** Events further apart than this belong to different sessions. */
const SESSION_GAP_MS = 30 * 60_000;

const DAY_MS = 24 * 60 * 60_000;

export default component(
  {
    description: 'What a user did in the last three months: by kind and hour, in sessions and streaks.',
    input: z.object({ user_id: userId }),
    output: z.object({
      user_id: z.string(),
      events: z.int(),
      by_type: counts,
      by_hour: z.array(z.int()).length(24).describe('Events in each hour of the day, UTC.'),
      active_days: z.int(),
      longest_streak_days: z.int(),
      sessions: z.int(),
      session_seconds: summary,
      last_seen: z.string().nullable(),
    }),
  },
  ({ user_id }) => {
    const own = activity.filter((event) => event.user_id === user_id);
    const days = [...new Set(own.map(({ at }) => at.slice(0, 10)))];
    const sessions = toSessions(own);
    return {
      user_id,
      events: own.length,
      by_type: Object.fromEntries(tally(own.map(({ type }) => type))),
      by_hour: Array.from(
        { length: 24 },
        (_, hour) => own.filter(({ at }) => Number(at.slice(11, 13)) === hour).length,
      ),
      active_days: days.length,
      longest_streak_days: longestStreak(days),
      sessions: sessions.length,
      session_seconds: summarize(sessions.map((session) => sum(session.map(({ seconds }) => seconds)))),
      last_seen: own.at(-1)?.at ?? null,
    };
  },
);

/** Cuts events, in order of time, wherever the gap after an event's end is too long. */
function toSessions(events: readonly Activity[]): Activity[][] {
  const sessions: Activity[][] = [];
  let endMs = Number.NEGATIVE_INFINITY;
  for (const event of events) {
    const startMs = Date.parse(event.at);
    if (startMs - endMs > SESSION_GAP_MS) sessions.push([]);
    sessions.at(-1)?.push(event);
    endMs = startMs + event.seconds * 1000;
  }
  return sessions;
}

/** The most days in a row among `days`, which are in order. */
function longestStreak(days: readonly string[]): number {
  let longest = 0;
  let streak = 0;
  let previousMs = Number.NaN;
  for (const day of days) {
    const ms = Date.parse(day);
    streak = ms - previousMs === DAY_MS ? streak + 1 : 1;
    longest = Math.max(longest, streak);
    previousMs = ms;
  }
  return longest;
}
