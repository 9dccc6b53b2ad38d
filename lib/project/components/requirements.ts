import { DEFAULT_SECONDS } from '../../protocol/quotas.ts';

/** MB of a function whose component does not say how much it needs. */
export const DEFAULT_MEMORY_MB = 512;

/** What a component says of what it needs. */
export interface Requirements {
  /** MB. */
  readonly memorySize?: number;
  /** Seconds. */
  readonly timeout?: number;
}

/** What a component object says. */
export const requirementsOf = ({ memorySize, timeout }: { readonly [key: string]: unknown }): Requirements => ({
  ...(typeof memorySize === 'number' && { memorySize }),
  ...(typeof timeout === 'number' && { timeout }),
});

/** What a function needs that runs several one after another: the most memory, and the time of all, where all say theirs. */
export function requirementsOfFusedChain(links: readonly Requirements[]): Requirements {
  const sizes = links.map(({ memorySize = DEFAULT_MEMORY_MB }) => memorySize);
  const timeouts = links.flatMap(({ timeout }) => timeout ?? []);
  return {
    ...(links.some(({ memorySize }) => memorySize !== undefined) && { memorySize: Math.max(...sizes) }),
    ...(timeouts.length === links.length && { timeout: sum(timeouts) }),
  };
}

/** The seconds that a chain may take where it is deployed. */
export const secondsOfFusedChain = (links: readonly Requirements[]): number =>
  sum(links.map(({ timeout = DEFAULT_SECONDS }) => timeout));

const sum = (seconds: readonly number[]): number => seconds.reduce((all, one) => all + one, 0);
