import * as z from 'zod';
import { component } from '../../lib/runtime/index.ts';
import { activity, follows, posts, TAKEN_AT, users } from '../_data/index.ts';
import { mean, percentileRank, round, sum } from '../_shared/statistics.ts';
import { findUser } from '../_shared/user.ts';

const WEEK_MS = 7 * 24 * 60 * 60_000;

const percentage = z.number().min(0).max(100);

export default component(
  {
    description: 'How a user compares with all others: reach, output and engagement.',
    input: z.object({ user_data: z.object({ id: z.string(), joined_at: z.iso.datetime() }) }),
    output: z.object({
      user_id: z.string(),
      account_age_days: z.int(),
      posts_per_week: z.number(),
      engagement_rate: z.number().describe('Likes and comments a post, per follower.'),
      percentiles: z.object({ reach: percentage, output: percentage, engagement: percentage, activity: percentage }),
      score: percentage.describe('The mean of the percentiles.'),
    }),
  },
  ({ user_data }) => {
    const user = findUser(user_data.id);
    const ageMs = Date.parse(TAKEN_AT) - Date.parse(user_data.joined_at);
    const rankOf = (measure: (id: string) => number): number => rank(measure, user.id);
    const percentiles = {
      reach: rankOf(followersOf),
      output: rankOf(postsOf),
      engagement: rankOf(engagementOf),
      activity: rankOf(eventsOf),
    };
    return {
      user_id: user.id,
      account_age_days: Math.floor((ageMs / WEEK_MS) * 7),
      posts_per_week: round(postsOf(user.id) / (ageMs / WEEK_MS), 3),
      engagement_rate: round(engagementOf(user.id), 3),
      percentiles,
      score: round(mean(Object.values(percentiles)), 1),
    };
  },
);

const rank = (measure: (id: string) => number, id: string): number =>
  round(
    percentileRank(
      users.map((user) => measure(user.id)),
      measure(id),
    ),
    1,
  );

const followersOf = (id: string): number => follows.filter((edge) => edge.user_id === id).length;

const postsOf = (id: string): number => posts.filter((post) => post.user_id === id).length;

const eventsOf = (id: string): number => activity.filter((event) => event.user_id === id).length;

/** Reactions a post, per follower; a user without posts or followers engages nobody. */
function engagementOf(id: string): number {
  const own = posts.filter((post) => post.user_id === id);
  const reactions = sum(own.map(({ likes, comments }) => likes + comments));
  return own.length === 0 ? 0 : reactions / own.length / Math.max(1, followersOf(id));
}
