import { DEFAULT_SECONDS } from '../../protocol/quotas.ts';
import { isStoreUse, type StoreUse } from '../../runtime/stores/store-use.ts';

/** MB of memory of a function whose component declares none. */
export const DEFAULT_MEMORY_MB = 512;

/** What a component declares about its function. */
export interface Requirements {
  /** MB of memory. */
  readonly memorySize?: number;
  /** Timeout in seconds. */
  readonly timeout?: number;
  /** How many calls at once Lambda reserves for its function, which never has more. */
  readonly reservedConcurrency?: number;
  /** What it uses of the store besides blobs. */
  readonly uses?: readonly StoreUse[];
}

/** Reads the requirements of a component. */
export const requirementsOf = ({
  memorySize,
  timeout,
  reservedConcurrency,
  uses,
}: {
  readonly [key: string]: unknown;
}): Requirements => ({
  ...(typeof memorySize === 'number' && { memorySize }),
  ...(typeof timeout === 'number' && { timeout }),
  ...(typeof reservedConcurrency === 'number' && { reservedConcurrency }),
  ...(Array.isArray(uses) && uses.length > 0 && { uses: uses.filter(isStoreUse) }),
});

/**
 * The requirements of a fused chain: the maximum memory, the least reserved concurrency, all that any uses, and the sum of
 * the timeouts if all components declare one.
 */
export function requirementsOfFusedChain(components: readonly Requirements[]): Requirements {
  const sizes = components.map(({ memorySize = DEFAULT_MEMORY_MB }) => memorySize);
  const reserved = components.flatMap(({ reservedConcurrency }) => reservedConcurrency ?? []);
  const uses = [...new Set(components.flatMap((component) => component.uses ?? []))];
  const timeouts = components.flatMap(({ timeout }) => timeout ?? []);
  return {
    ...(components.some(({ memorySize }) => memorySize !== undefined) && { memorySize: Math.max(...sizes) }),
    ...(timeouts.length === components.length && { timeout: sum(timeouts) }),
    ...(reserved.length > 0 && { reservedConcurrency: Math.min(...reserved) }),
    ...(uses.length > 0 && { uses }),
  };
}

/** The timeout in seconds of a fused chain's deployed function. */
export const secondsOfFusedChain = (components: readonly Requirements[]): number =>
  sum(components.map(({ timeout = DEFAULT_SECONDS }) => timeout));

const sum = (seconds: readonly number[]): number => seconds.reduce((all, one) => all + one, 0);
