import * as z from 'zod';
import { component } from '../../lib/runtime/index.ts';
import { findUser, userId } from '../_shared/user.ts';

export default component(
  {
    description: "Loads a user's record.",
    input: z.object({ user_id: userId }),
    output: z.object({
      id: z.string(),
      handle: z.string(),
      profile: z.object({
        name: z.string(),
        email: z.email(),
        city: z.string(),
        country: z.string(),
        bio: z.string(),
      }),
      plan: z.string(),
      joined_at: z.iso.datetime(),
      interests: z.array(z.string()),
    }),
  },
  ({ user_id }) => {
    const user = findUser(user_id);
    return { ...user, interests: [...user.interests] };
  },
);
