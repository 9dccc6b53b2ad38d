import { type Stats, statSync } from 'node:fs';

/**
 * Throws for what would be waited for, rather than read: a named pipe, a socket, a device. A folder has an error of its own
 * when it is read.
 */
export function expectRegular(stats: Pick<Stats, 'isFile' | 'isDirectory'>): void {
  if (!stats.isFile() && !stats.isDirectory()) throw new Error('it is no regular file');
}

/** {@link expectRegular} of what is at a path, if there is anything. */
export function expectRegularAt(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats) expectRegular(stats);
}
