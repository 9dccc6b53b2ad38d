import { Duration, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { QUOTAS } from '../protocol/quotas.ts';
import type { StoreKind } from '../runtime/stores/store-folders.ts';
import { WorkflowError } from './workflow-error.ts';

/** How long what a {@link BlobStore} contains is kept after it was last written; each in whole days. */
export interface BlobLives {
  /**
   * Values that are too large for a payload, and those of `put_blob`. A value that is stored again lives for at least half of
   * this from then on.
   * @default - for good: any later input may refer to a blob
   */
  readonly blobs?: Duration;
  /**
   * Entries of the cache; `ttl` may end one earlier for those who read it.
   * @default 400 days
   */
  readonly cache?: Duration;
  /**
   * The lists that distributed Maps read. A Map may run for as long as its execution: a year.
   * @default 400 days
   */
  readonly mapItems?: Duration;
  /**
   * The results that distributed Maps write, which the flow reads at their end.
   * @default 400 days
   */
  readonly mapResults?: Duration;
  /**
   * What steps ask that wait for an answer, with their task tokens: they may wait for as long as their execution runs.
   * @default 400 days
   */
  readonly waiting?: Duration;
}

/** Days in which a failed execution may be redriven. Source: "Restarting state machine executions with redrive", developer guide. */
const REDRIVE_DAYS = 14;

/** A year of an execution, the days in which it may be redriven, and some for what S3 does late. */
const EXECUTION_DAYS = Math.ceil(QUOTAS.standardSeconds / 86_400) + REDRIVE_DAYS + 20;

/** The lives of all kinds in days; undefined: for good. */
export type LivesInDays = { readonly [kind in StoreKind]: number | undefined };

/** The lives of all kinds. One life for all is what a plain duration says. */
export function livesInDays(scope: Construct, lives: Duration | BlobLives = {}): LivesInDays {
  const given: BlobLives =
    lives instanceof Duration
      ? { blobs: lives, cache: lives, mapItems: lives, mapResults: lives, waiting: lives }
      : lives;
  const days = (kind: StoreKind): number | undefined => {
    const life = given[kind];
    return life && wholeDays(scope, kind, life);
  };
  return {
    blobs: days('blobs'),
    cache: days('cache') ?? EXECUTION_DAYS,
    mapItems: days('mapItems') ?? EXECUTION_DAYS,
    mapResults: days('mapResults') ?? EXECUTION_DAYS,
    waiting: days('waiting') ?? EXECUTION_DAYS,
  };
}

/** S3 counts lives in days. Source: "LifecycleExpiration", Amazon S3 API reference. */
function wholeDays(scope: Construct, kind: StoreKind, life: Duration): number {
  const days = life.toDays({ integral: false });
  if (Token.isUnresolved(days) || (Number.isInteger(days) && days >= 1)) return days;
  const remedy = 'give whole days, such as Duration.days(90)';
  throw new WorkflowError(scope, `The life of ${kind} in "expireAfter" is ${life.toHumanString()}; ${remedy}`);
}
