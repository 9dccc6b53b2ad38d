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
