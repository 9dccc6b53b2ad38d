import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { expectRegular } from '../../lib/run/regular-file.ts';
import { FlowError, type FlowFiles } from '../../lib/runtime/index.ts';

/** A file's bytes, and the place that they are from. */
export interface FoundFile {
  readonly bytes: Uint8Array;
  readonly place: string;
}

/** Reads a file below the flow's folder. A path that leads out of it, through a link or not, is INVALID_INPUT. */
export async function readLocal(path: string, { folder, shipped }: FlowFiles): Promise<FoundFile> {
  const place = resolve(folder, path);
  if (isAbsolute(path) || leadsOut(folder, place)) throw outside(path);
  try {
    if (leadsOut(await realpath(folder), await realpath(place))) throw outside(path);
    return { bytes: await readRegular(place), place };
  } catch (error) {
    throw error instanceof FlowError ? error : shipped ? notShipped(path, error) : unreadable(path, place, error);
  }
}

/** Reads a regular file. Anything else may never end; a pipe is opened without waiting for somebody who writes to it. */
async function readRegular(place: string): Promise<Uint8Array> {
  const handle = await open(place, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    expectRegular(await handle.stat());
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

function leadsOut(folder: string, place: string): boolean {
  const way = relative(folder, place);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}

const outside = (path: string): FlowError =>
  new FlowError(
    'INVALID_INPUT',
    `"${path}" leads out of the folder of the flow's file; put the file there or below and give its path from there, or give s3://bucket/key`,
  );

const notShipped = (path: string, cause: unknown): FlowError =>
  new FlowError(
    'INVALID_INPUT',
    `"${path}" did not ship with this function: only files whose path the flow has written out do; write the path out, or give s3://bucket/key`,
    { cause },
  );

function unreadable(path: string, place: string, cause: unknown): FlowError {
  const told = cause instanceof Error ? cause.message : String(cause);
  const why = cause instanceof Error && 'code' in cause ? String(cause.code) : told;
  return new FlowError(
    'RESOURCE_UNAVAILABLE',
    `"${path}" cannot be read (${why}): it is looked for at ${place}, from the folder of the flow's file`,
    { cause },
  );
}
