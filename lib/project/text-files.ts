import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { decodeText } from '../protocol/text.ts';

/** The text of a file that a user wrote. All of them are read here, so that a byte order mark disturbs none. */
export const readTextFile = async (path: string): Promise<string> =>
  decodeText(await readFile(path).catch((error) => withPath(error, path)));

/** {@link readTextFile}, at once. */
export function readTextFileSync(path: string): string {
  try {
    return decodeText(readFileSync(path));
  } catch (error) {
    return withPath(error, path);
  }
}

/** Node does not say which path it is that is a folder. */
function withPath(error: unknown, path: string): never {
  throw error instanceof Error ? Object.assign(error, { path }) : error;
}
