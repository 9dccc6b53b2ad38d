import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Activity, Follow, Post, User } from '../../lambdas/_data/index.ts';
import { memoryStore } from '../runtime/stores/memory-store.ts';
import { invoke, invokeObject } from './invoke.ts';

// The data is read here as plain files, and what is expected is worked out from it in other ways than the components'.
const read = (name: string) => JSON.parse(readFileSync(`lambdas/_data/${name}.json`, 'utf8'));
const users: User[] = read('users');
const posts: Post[] = read('posts');
const follows: Follow[] = read('followers');
const activity: Activity[] = read('activity');

describe('the data', () => {
  it('is of one piece: ids are unique, references lead somewhere, times are in order', () => {
    const ids = new Set(users.map(({ id }) => id));
    const postIds = new Set(posts.map(({ id }) => id));
    expect([ids.size, postIds.size, new Set(activity.map(({ id }) => id)).size]).toEqual([50, 400, 1500]);
    expect(posts.every((post) => ids.has(post.user_id))).toBe(true);
    expect(follows.every((edge) => ids.has(edge.user_id) && ids.has(edge.follower_id))).toBe(true);
    expect(new Set(follows.map((edge) => `${edge.follower_id} ${edge.user_id}`)).size).toBe(600);
    expect(activity.every(({ post_id }) => post_id === undefined || postIds.has(post_id))).toBe(true);
    const times = activity.map(({ at }) => at);
    expect(times).toEqual([...times].sort());
  });
});

describe('/user/load', () => {
  it('gives the record of each user', async () => {
    for (const user of users) expect(await invoke('/user/load', { user_id: user.id })).toEqual(user);
  });

  it.each([
    ['u999', 'there is no user "u999"; the example data has u001 to u050'],
    [7, '"user_id": found a number (7), wanted a string'],
    ['seven', '"u" and three digits'],
  ])('refuses %j', async (user_id, message) => {
    const failure = { name: 'INVALID_INPUT', message: expect.stringContaining(message) };
    await expect(invoke('/user/load', { user_id })).rejects.toMatchObject(failure);
  });
});

describe('/content/posts', () => {
  it('gives the latest posts first, and sums up all of them', async () => {
    const own = posts.filter((post) => post.user_id === 'u005');
    const result = await invokeObject('/content/posts', { user_id: 'u005', limit: 3 });
    const latest = own
      .map(({ id, published_at }) => ({ id, published_at }))
      .sort((a, b) => b.published_at.localeCompare(a.published_at));
    expect(result).toMatchObject({ total: own.length, posts: latest.slice(0, 3) });
    const likes = own.map((post) => post.likes).sort((a, b) => a - b);
    expect(result.likes).toMatchObject({ min: likes[0], max: likes.at(-1), mean: 9, median: 8.5 });
    const tagged = own.filter(({ tags }) => tags.includes('data')).length;
    expect(result.tags).toContainEqual({ tag: 'data', posts: tagged });
  });

  it('counts words as a reader would', async () => {
    const newest = posts.at(-1);
    const { posts: given } = await invokeObject('/content/posts', { user_id: newest?.user_id, limit: 1 });
    expect(given).toMatchObject([{ id: newest?.id, words: newest?.text.split(/\s+/).length, reading_minutes: 1 }]);
  });
});

describe('/social/followers', () => {
  it('counts followers, those followed and those who are both', async () => {
    const followers = follows.filter((edge) => edge.user_id === 'u048').map((edge) => edge.follower_id);
    const following = follows.filter((edge) => edge.follower_id === 'u048').map((edge) => edge.user_id);
    const mutual = followers.filter((id) => following.includes(id));
    const result = await invokeObject('/social/followers', { user_id: 'u048', limit: 500 });
    expect(result).toMatchObject({ total: followers.length, following: following.length, mutual: mutual.length });
    const given = Array.isArray(result.followers) ? result.followers : [];
    expect(given).toHaveLength(followers.length);
    expect(given.filter((follower) => JSON.stringify(follower).includes('"mutual":true'))).toHaveLength(mutual.length);
    for (const counted of [result.countries, result.gained_by_quarter]) {
      expect(Object.values(counted ?? {}).reduce((sum, count) => sum + count, 0)).toBe(followers.length);
    }
  });
});

describe('/analytics/activity', () => {
  it('loses no event, by kind or by hour', async () => {
    const own = activity.filter((event) => event.user_id === 'u046');
    const result = await invokeObject('/analytics/activity', { user_id: 'u046' });
    expect(result).toMatchObject({
      events: own.length,
      active_days: new Set(own.map(({ at }) => at.slice(0, 10))).size,
      last_seen: own.at(-1)?.at,
      by_type: { view: own.filter(({ type }) => type === 'view').length },
    });
    const hours = Array.isArray(result.by_hour) ? result.by_hour.map(Number) : [];
    expect(hours.reduce((sum, count) => sum + count, 0)).toBe(own.length);
    expect(Number(result.sessions)).toBeGreaterThanOrEqual(Number(result.active_days) / 2);
    expect(Number(result.longest_streak_days)).toBeLessThanOrEqual(Number(result.active_days));
  });

  it('finds the sessions and the streak of a user whose days can be counted by hand', async () => {
    const [rare] = users
      .map(({ id }) => ({ id, own: activity.filter((event) => event.user_id === id) }))
      .filter(({ own }) => own.length > 1)
      .sort((a, b) => a.own.length - b.own.length);
    const gaps = (rare?.own ?? []).slice(1).filter((event, index) => {
      const before = rare?.own[index];
      return Date.parse(event.at) - Date.parse(before?.at ?? '') - (before?.seconds ?? 0) * 1000 > 1_800_000;
    });
    expect(await invokeObject('/analytics/activity', { user_id: rare?.id })).toMatchObject({
      events: rare?.own.length,
      sessions: gaps.length + 1,
    });
  });
});

describe('/analytics/metrics', () => {
  it('ranks the most followed user first in reach', async () => {
    const reach = (id: string) => follows.filter((edge) => edge.user_id === id).length;
    const [top] = [...users].sort((a, b) => reach(b.id) - reach(a.id));
    const result = await invokeObject('/analytics/metrics', { user_data: top });
    // Of 50 users 49 are below, and the user's own half counts: 100 * 49.5 / 50.
    expect(result).toMatchObject({ user_id: top?.id, percentiles: { reach: 99 } });
  });

  it('measures age from the joining date to the day of the data', async () => {
    const user = { ...users[4], joined_at: '2024-06-23T23:59:59Z' };
    const result = await invokeObject('/analytics/metrics', { user_data: user });
    expect(result).toMatchObject({ account_age_days: 7, posts_per_week: 10 });
  });
});

describe('/data/load and /analytics/process', () => {
  it('analyse a part of a stored data set', async () => {
    const store = memoryStore();
    const data = await invoke('/data/load', { dataset: 'activity' });
    expect(data).toEqual(activity);
    const { blob_id } = await invokeObject('/put_blob', { data }, { store });
    const likes = activity.filter(({ type }) => type === 'like');
    expect(await invoke('/analytics/process', { data_blob: blob_id, filter: 'type=like' }, { store })).toMatchObject({
      records: 1500,
      matched: likes.length,
      share: likes.length / 1500,
      numbers: { seconds: { min: 1, max: 1, mean: 1, median: 1, p90: 1 } },
      most_frequent: { type: { like: likes.length } },
    });
  });

  it('match nothing where nothing matches, and refuse what is no list of records', async () => {
    const store = memoryStore();
    const blobOf = async (data: unknown) => (await invokeObject('/put_blob', { data }, { store })).blob_id;
    const process = async (data: unknown, filter: string) =>
      invoke('/analytics/process', { data_blob: await blobOf(data), filter }, { store });
    expect(await process([{ a: 'x=y', n: 2 }], 'a=x=y')).toMatchObject({ matched: 1, numbers: { n: { mean: 2 } } });
    expect(await process([{ a: 1 }], 'a=2')).toMatchObject({ matched: 0, share: 0, numbers: {}, most_frequent: {} });
    await expect(process({ a: 1 }, 'a=1')).rejects.toMatchObject({ name: 'INVALID_INPUT' });
    await expect(process([], 'a')).rejects.toMatchObject({ message: expect.stringContaining('FIELD=VALUE') });
  });
});
