import { HeadObjectCommand, NotFound, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { s3Store } from '../../../lib/runtime/stores/s3-store.ts';
import { MOST_ATTEMPTS } from '../../../lib/runtime/stores/write-once.ts';

const DAY_MS = 24 * 3600 * 1000;

const ANSWERS = [
  'as S3 does',
  'a conflict, and the other write fails',
  'a conflict, and the other write ends',
] as const;

/** What happens to a request, and to the object before it. */
interface Weather {
  readonly answer: (typeof ANSWERS)[number] | 'denied';
  /** Whether the object's life ends just before. */
  readonly expires: boolean;
}

const refusal = (httpStatusCode: number, name: string): S3ServiceException =>
  new S3ServiceException({ name, message: name, $fault: 'client', $metadata: { httpStatusCode } });

/** An object of S3 with others that write it, too; `lastMs` is undefined where there is none. */
function objectOfS3(weathers: readonly Weather[], lastMs: number | undefined, nowMs: number) {
  const object = { lastMs, puts: 0, heads: 0 };
  const coming = [...weathers];
  const next = (): Weather => {
    const weather = coming.shift() ?? { answer: 'as S3 does', expires: false };
    if (weather.expires) object.lastMs = undefined;
    if (weather.answer === 'denied') throw refusal(403, 'AccessDenied');
    return weather;
  };
  const client = mockClient(S3Client);
  client.on(PutObjectCommand).callsFake(({ IfNoneMatch }) => {
    object.puts += 1;
    const { answer } = next();
    if (IfNoneMatch === '*' && answer !== 'as S3 does') {
      if (answer === 'a conflict, and the other write ends') object.lastMs = nowMs;
      throw refusal(409, 'ConditionalRequestConflict');
    }
    if (IfNoneMatch === '*' && object.lastMs !== undefined) throw refusal(412, 'PreconditionFailed');
    object.lastMs = nowMs;
    return {};
  });
  client.on(HeadObjectCommand).callsFake(() => {
    object.heads += 1;
    next();
    if (object.lastMs === undefined) throw new NotFound({ message: 'none', $metadata: { httpStatusCode: 404 } });
    return { LastModified: new Date(object.lastMs) };
  });
  return object;
}

const NOW = 1_800_000_000_000;

async function write(lifeMs: number | undefined, pauses: number[] = []): Promise<void> {
  const pause = async (ms: number): Promise<void> => void pauses.push(ms);
  const store = s3Store('s3://bucket/blobs', new S3Client({}), { lifeMs, now: () => NOW, pause });
  await store.writeOnce('values/a.json', '"a"');
}

const weather: fc.Arbitrary<Weather> = fc.record({
  answer: fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(...ANSWERS) },
    { weight: 1, arbitrary: fc.constant('denied' as const) },
  ),
  expires: fc.nat({ max: 9 }).map((chance) => chance === 0),
});

describe('writing an object that may be there', () => {
  it('leaves it there for half its life, or says that it could not, whatever S3 answers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(weather, { maxLength: 25 }),
        fc.option(fc.integer({ min: 2, max: 800 }), { nil: undefined }),
        fc.option(fc.integer({ min: 0, max: 900 }), { nil: undefined }),
        async (weathers, lifeDays, ageDays) => {
          const lifeMs = lifeDays === undefined ? undefined : lifeDays * DAY_MS;
          const object = objectOfS3(weathers, ageDays === undefined ? undefined : NOW - ageDays * DAY_MS, NOW);
          const failure = await write(lifeMs).catch((error: unknown) => error);
          expect(object.puts).toBeLessThanOrEqual(MOST_ATTEMPTS + 1);
          if (failure === undefined) {
            expect(object.lastMs).toBeDefined();
            if (lifeMs !== undefined) expect(NOW - (object.lastMs ?? 0)).toBeLessThan(lifeMs / 2);
            return;
          }
          expect(failure).toMatchObject({ name: 'RESOURCE_UNAVAILABLE' });
          const troubles = weathers.filter(({ answer, expires }) => answer !== 'as S3 does' || expires);
          const isDenied = weathers.some(({ answer }) => answer === 'denied');
          expect(isDenied || troubles.length >= MOST_ATTEMPTS).toBe(true);
        },
      ),
    );
  });

  it('repeats what met another write: that may have failed', async () => {
    const conflict: Weather = { answer: 'a conflict, and the other write fails', expires: false };
    const object = objectOfS3([conflict, conflict], undefined, NOW);
    const pauses: number[] = [];
    await write(undefined, pauses);
    expect(object).toEqual({ lastMs: NOW, puts: 3, heads: 0 });
    expect(pauses).toHaveLength(2);
  });

  it('gives up when every attempt meets another write', async () => {
    const conflict: Weather = { answer: 'a conflict, and the other write fails', expires: false };
    objectOfS3(Array(MOST_ATTEMPTS).fill(conflict), undefined, NOW);
    const pauses: number[] = [];
    await expect(write(undefined, pauses)).rejects.toMatchObject({
      name: 'RESOURCE_UNAVAILABLE',
      message: expect.stringContaining('10 writes of values/a.json met another one'),
    });
    expect(pauses.every((ms) => ms >= 0 && ms <= 2000)).toBe(true);
  });

  it.each([
    ['is no older than half its life', 49, { puts: 1, heads: 1 }],
    ['is older', 50, { puts: 2, heads: 1 }],
  ])('renews it only where it is there and %s', async (_, ageDays, requests) => {
    const object = objectOfS3([], NOW - ageDays * DAY_MS, NOW);
    await write(100 * DAY_MS);
    expect(object).toMatchObject(requests);
  });

  it('asks nothing more about one that is there for good', async () => {
    const object = objectOfS3([], NOW - 1000 * DAY_MS, NOW);
    await write(undefined);
    expect(object).toMatchObject({ puts: 1, heads: 0 });
  });

  it('writes one anew whose life ends while it is asked for', async () => {
    const served: Weather = { answer: 'as S3 does', expires: false };
    const object = objectOfS3([served, { ...served, expires: true }], NOW - 99 * DAY_MS, NOW);
    await write(100 * DAY_MS);
    expect(object).toEqual({ lastMs: NOW, puts: 2, heads: 1 });
  });
});
