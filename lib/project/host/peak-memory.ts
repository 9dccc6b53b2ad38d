import { existsSync, readFileSync } from 'node:fs';

/** Bytes in a MB (2^20), Lambda's unit of memory. */
export const MEBIBYTE = 1024 * 1024;

const STATUS = '/proc/self/status';

/**
 * The peak memory of this process, in bytes. On Linux, the `maxRSS` of a child includes the memory of its parent at the
 * fork, so the process's own high-water mark is read instead.
 */
export function peakBytes(): number {
  const own = existsSync(STATUS) ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(STATUS, 'utf8'))?.[1] : undefined;
  return (own === undefined ? process.resourceUsage().maxRSS : Number(own)) * 1024;
}
