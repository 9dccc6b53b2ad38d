import * as z from 'zod';
import { component } from '../../lib/runtime/index.ts';
import { type Post, posts } from '../_data/index.ts';
import { summary } from '../_shared/schemas.ts';
import { summarize, tally } from '../_shared/statistics.ts';
import { wordsOf } from '../_shared/text.ts';
import { userId } from '../_shared/user.ts';

const WORDS_A_MINUTE = 238; // silent reading of English: Brysbaert 2019, doi:10.1016/j.jml.2019.104047

const entry = z.object({
  id: z.string(),
  title: z.string(),
  published_at: z.string(),
  words: z.number(),
  reading_minutes: z.number(),
  likes: z.number(),
  comments: z.number(),
});

export default component(
  {
    description: "A user's posts, the latest first, with what they are about and how they are received.",
    input: z.object({ user_id: userId, limit: z.int().min(1).max(100).default(10) }),
    output: z.object({
      user_id: z.string(),
      total: z.int(),
      posts: z.array(entry),
      tags: z.array(z.object({ tag: z.string(), posts: z.int() })),
      words: summary,
      likes: summary,
    }),
  },
  ({ user_id, limit }) => {
    const own = posts.filter((post) => post.user_id === user_id);
    return {
      user_id,
      total: own.length,
      posts: own.slice(-limit).reverse().map(toEntry),
      tags: tally(own.flatMap(({ tags }) => tags)).map(([tag, count]) => ({ tag, posts: count })),
      words: summarize(own.map(({ text }) => wordsOf(text).length)),
      likes: summarize(own.map(({ likes }) => likes)),
    };
  },
);

function toEntry({ id, title, published_at, likes, comments, text }: Post): z.input<typeof entry> {
  const words = wordsOf(text).length;
  return { id, title, published_at, words, reading_minutes: Math.ceil(words / WORDS_A_MINUTE), likes, comments };
}
