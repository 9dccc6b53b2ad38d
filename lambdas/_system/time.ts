import type { Services } from './services.ts';

/** Seconds that the API's function may take: API Gateway waits for 30. Source: "Quotas for configuring and running an HTTP API", Amazon API Gateway developer guide. */
export const FUNCTION_SECONDS = 29;

/** Seconds of these that it keeps for answering, once it has waited for a result. */
const ANSWER_SECONDS = 2;

/** Seconds that an Express flow may take if the API is to answer with its result. */
export const RESULT_SECONDS = FUNCTION_SECONDS - ANSWER_SECONDS;

/** Milliseconds of a function that ends in `remaining` milliseconds in which a request can still be answered. */
export const timeFor = (remaining: number): number => Math.max(0, remaining - (ANSWER_SECONDS * 1000) / 2);

/** Milliseconds that a result may be waited for by a function that ends in `remaining` milliseconds. */
export const patienceOf = (remaining: number): number => Math.max(0, remaining - ANSWER_SECONDS * 1000);

/** What comes of some work, unless it takes longer than so many milliseconds: then rejects with what `tooLong` gives. */
export async function withinTime<T>(
  { pause }: Pick<Services, 'pause'>,
  ms: number,
  work: Promise<T>,
  tooLong: () => Error,
): Promise<T> {
  const ended = new AbortController();
  const late = pause(ms, ended.signal).then((): never => {
    throw tooLong();
  });
  for (const either of [work, late]) either.catch(() => {}); // Nobody waits for the slower one.
  return Promise.race([work, late]).finally(() => ended.abort());
}
