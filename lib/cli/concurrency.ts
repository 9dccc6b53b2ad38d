import { DEFAULT_CONCURRENCY, QUOTAS } from '../protocol/quotas.ts';

/** The option that bounds how many functions an execution calls at once. */
export const MAX_CONCURRENCY_OPTION = {
  kind: 'count',
  value: 'N',
  summary: `how many functions an execution calls at once, as far as Maps call them (default: as the flow says, else ${DEFAULT_CONCURRENCY} for the items of a map, ${QUOTAS.concurrentCalls} in all)`,
} as const;

/** What was given of {@link MAX_CONCURRENCY_OPTION}, to compile with. */
export const boundOf = (maxConcurrency: number | undefined): { readonly maxConcurrency?: number } =>
  maxConcurrency === undefined ? {} : { maxConcurrency };
