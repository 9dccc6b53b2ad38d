import { existsSync, readFileSync } from 'node:fs';

/** A MB is 2^20 bytes. */
export const MEBIBYTE = 1024 * 1024;

const STATUS = '/proc/self/status';

/**
 * The most memory that this process has had in use, in bytes. Linux counts into a child's `maxRSS` what its parent had
 * in use when the child was made, so there the process's own high-water mark is read.
 */
export function peakBytes(): number {
  const own = existsSync(STATUS) ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(STATUS, 'utf8'))?.[1] : undefined;
  return (own === undefined ? process.resourceUsage().maxRSS : Number(own)) * 1024;
}
