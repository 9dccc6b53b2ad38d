import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { decodeText } from '../protocol/text.ts';

/** The text of a file that a user wrote. All of them are read here, so that a byte order mark disturbs none. */
export const readTextFile = async (path: string): Promise<string> => decodeText(await readFile(path));

/** {@link readTextFile}, at once. */
export const readTextFileSync = (path: string): string => decodeText(readFileSync(path));
