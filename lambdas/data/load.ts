import * as z from 'zod';
import { component } from '../../lib/runtime/index.ts';
import { activity, follows, posts, users } from '../_data/index.ts';

const DATASETS = { users, posts, followers: follows, activity };

export default component(
  {
    description: "One of the examples' data sets, whole: users, posts, followers or activity.",
    input: z.object({ dataset: z.enum(['users', 'posts', 'followers', 'activity']) }),
    output: z.array(z.looseObject({})).describe('The records.'),
  },
  ({ dataset }) => DATASETS[dataset].map((record) => ({ ...record })),
);
