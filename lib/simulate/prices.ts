/** Where each price is published. */
export const PRICE_SOURCES = {
  stepFunctions: 'https://aws.amazon.com/step-functions/pricing/',
  lambda: 'https://aws.amazon.com/lambda/pricing/',
  s3: 'https://aws.amazon.com/s3/pricing/',
  eventBridge: 'https://aws.amazon.com/eventbridge/pricing/',
} as const;

/** When the prices were looked up. */
export const PRICES_DATE = '2026-11-24';

/** The region of the prices. */
export const PRICES_REGION = 'us-east-1';

/**
 * What AWS charges, in US dollars: in {@link PRICES_REGION}, on {@link PRICES_DATE}, by {@link PRICE_SOURCES}. The first
 * tier of each, without free tiers, savings plans, logs, traces and data transfer.
 */
export const PRICES = {
  /** A state transition of a Standard workflow, retries included: $0.025 per 1,000. */
  transition: 0.025 / 1_000,
  /** A start of an Express workflow: $1.00 per million. */
  expressRequest: 1 / 1_000_000,
  /** A GB-second of an Express workflow: $0.06 per GB-hour, the first 1,000 GB-hours of a month. */
  expressGbSecond: 0.06 / 3600,
  /** An invocation of a function: $0.20 per million. */
  lambdaRequest: 0.2 / 1_000_000,
  /** A GB-second of a function on arm64. */
  lambdaGbSecond: 0.0000133334,
  /** A PUT to S3 Standard: $0.005 per 1,000. */
  s3Put: 0.005 / 1_000,
  /** A GET from S3 Standard: $0.0004 per 1,000. */
  s3Get: 0.0004 / 1_000,
  /** A start by a schedule of EventBridge Scheduler: $1.00 per million. */
  schedule: 1 / 1_000_000,
  /** A batch of messages that an EventBridge pipe passes on, up to 64 KB of it: $0.40 per million. */
  pipeRequest: 0.4 / 1_000_000,
} as const;

/** How AWS measures what it charges for. Sources: {@link PRICE_SOURCES}. */
export const BILLING = {
  /** Express: the duration is rounded up to this, in milliseconds. */
  expressMs: 100,
  /** Express: the memory is rounded up to this, in MB. */
  expressMb: 64,
  /** Express: the memory of a workflow without its definition and data, in MB. Source: pricing examples 3 and 4. */
  expressBaseMb: 50,
  /** Functions: the duration is rounded up to this, in milliseconds. */
  lambdaMs: 1,
} as const;
