import activityRows from './activity.json' with { type: 'json' };
import followerRows from './followers.json' with { type: 'json' };
import postRows from './posts.json' with { type: 'json' };
import userRows from './users.json' with { type: 'json' };

/** A member of the small social network that the examples run on. Times are ISO 8601, UTC. */
export interface User {
  readonly id: string;
  readonly handle: string;
  readonly profile: {
    readonly name: string;
    readonly email: string;
    readonly city: string;
    readonly country: string;
    readonly bio: string;
  };
  readonly plan: string;
  readonly joined_at: string;
  readonly interests: readonly string[];
}

/** Something that a user wrote. */
export interface Post {
  readonly id: string;
  readonly user_id: string;
  readonly published_at: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly likes: number;
  readonly comments: number;
  readonly text: string;
}

/** `follower_id` follows `user_id` since a day. */
export interface Follow {
  readonly follower_id: string;
  readonly user_id: string;
  readonly since: string;
}

/** Something that a user did, and how many seconds it took. */
export interface Activity {
  readonly id: string;
  readonly at: string;
  readonly user_id: string;
  readonly type: string;
  readonly post_id?: string | undefined;
  readonly seconds: number;
}

/** The 50 users, by id. */
export const users: readonly User[] = userRows;

/** The 400 posts, by time. */
export const posts: readonly Post[] = postRows;

/** Who follows whom, 600 edges. */
export const follows: readonly Follow[] = followerRows;

/** Three months of activity, 1,500 events by time. */
export const activity: readonly Activity[] = activityRows;

/** The moment that the data was taken, so that "until now" means the same in every run. */
export const TAKEN_AT = '2024-06-30T23:59:59Z';
