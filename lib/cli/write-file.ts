import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UsageError } from './errors.ts';
import type { Terminal } from './terminal.ts';

/** Writes the file that `option` names, with the folders that it lacks; one that cannot be written is wrong use. */
export async function writeFileFor(
  option: string,
  file: string,
  text: string,
  { cwd }: Pick<Terminal, 'cwd'>,
): Promise<void> {
  const at = resolve(cwd, file);
  try {
    await mkdir(dirname(at), { recursive: true });
    await writeFile(at, text);
  } catch (error) {
    throw new UsageError(`cannot write "${file}": ${whyUnwritable(error)}`, `give ${option} another file`);
  }
}

function whyUnwritable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'a part of its path is a file';
  if (code === 'EACCES' || code === 'EROFS') return 'this user may not write there';
  return error instanceof Error ? error.message : String(error);
}
