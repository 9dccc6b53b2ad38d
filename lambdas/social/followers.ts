import * as z from 'zod';
import { component } from '../../lib/runtime/index.ts';
import { type Follow, follows, users } from '../_data/index.ts';
import { counts } from '../_shared/schemas.ts';
import { tally } from '../_shared/statistics.ts';
import { userId } from '../_shared/user.ts';

const follower = z.object({
  id: z.string(),
  handle: z.string(),
  name: z.string(),
  since: z.string(),
  mutual: z.boolean().describe('Whether the user follows back.'),
});

const PEOPLE = new Map(users.map((user) => [user.id, user]));

export default component(
  {
    description: "A user's followers, the latest first, where they are and how their number grew.",
    input: z.object({ user_id: userId, limit: z.int().min(1).max(500).default(20) }),
    output: z.object({
      user_id: z.string(),
      total: z.int(),
      following: z.int(),
      mutual: z.int(),
      followers: z.array(follower),
      countries: counts,
      gained_by_quarter: counts,
    }),
  },
  ({ user_id, limit }) => {
    const edges = follows.filter((edge) => edge.user_id === user_id);
    const following = new Set(follows.filter((edge) => edge.follower_id === user_id).map((edge) => edge.user_id));
    const latest = [...edges].sort((a, b) => (a.since === b.since ? 0 : a.since < b.since ? 1 : -1));
    return {
      user_id,
      total: edges.length,
      following: following.size,
      mutual: edges.filter((edge) => following.has(edge.follower_id)).length,
      followers: latest.slice(0, limit).map((edge) => toFollower(edge, following)),
      countries: Object.fromEntries(tally(edges.flatMap((edge) => countryOf(edge)))),
      gained_by_quarter: Object.fromEntries(tally(edges.map(quarterOf)).sort(([a], [b]) => (a < b ? -1 : 1))),
    };
  },
);

function toFollower({ follower_id: id, since }: Follow, following: ReadonlySet<string>): z.input<typeof follower> {
  const person = PEOPLE.get(id);
  return { id, handle: person?.handle ?? '', name: person?.profile.name ?? '', since, mutual: following.has(id) };
}

const countryOf = ({ follower_id }: Follow): string[] => {
  const person = PEOPLE.get(follower_id);
  return person ? [person.profile.country] : [];
};

const quarterOf = ({ since }: Follow): string => `${since.slice(0, 4)}-Q${Math.ceil(Number(since.slice(5, 7)) / 3)}`;
