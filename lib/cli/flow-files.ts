import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { nearest } from '../flow/text/nearest.ts';
import { isFlowName } from '../project/flow-names.ts';
import { isFlowIn } from '../project/flow-text.ts';
import { UsageError } from './errors.ts';
import { readText } from './read-json.ts';
import type { Terminal } from './terminal.ts';

/** A flow's file as the user named it, and its text. */
export interface FlowFile {
  readonly file: string;
  readonly text: string;
}

/** The flows at `paths`: each file that is named, and each file in or below a folder that is a flow by its name and, below, by its text. */
export async function findFlows(
  paths: readonly string[],
  terminal: Terminal,
  isFlow: (name: string) => boolean = isFlowName,
): Promise<readonly FlowFile[]> {
  const found = (await Promise.all(paths.map((path) => flowsAt(path, terminal, isFlow)))).flat();
  const named = new Set(found.filter(({ name }) => name === basename(name)).map(({ file }) => file));
  const names = new Map(found.map(({ file, name }) => [file, named.has(file) ? basename(file) : name]));
  const read = await Promise.all(
    [...names].map(async ([file, name]) => ({ file, name, text: await readText(file, terminal) })),
  );
  return read.filter(({ name, text }) => isFlowIn(name, () => text)).map(({ file, text }) => ({ file, text }));
}

/** The flow at `path`. Throws a UsageError for a folder. */
export async function readFlowFile(path: string, terminal: Terminal): Promise<FlowFile> {
  const stats = await statOf(path, terminal);
  if (stats.isDirectory())
    throw new UsageError(`"${path}" is a folder`, 'name one flow in it, such as workflows/NAME.yaml');
  return { file: path, text: await readText(path, terminal) };
}

/** A file that may be a flow. */
interface Found {
  readonly file: string;
  /** Its path in the folder that was named, or where it was named itself, its own name. */
  readonly name: string;
}

async function flowsAt(path: string, terminal: Terminal, isFlow: (name: string) => boolean): Promise<readonly Found[]> {
  const stats = await statOf(path, terminal);
  if (!stats.isDirectory()) return [{ file: path, name: basename(path) }];
  const entries = await readdir(resolve(terminal.cwd, path), { recursive: true });
  const flows = entries.filter(isFlow).sort();
  if (flows.length > 0) return flows.map((name) => ({ file: join(path, name), name }));
  throw noFlowIn([path]);
}

/** Says that none of the paths has a flow in it. */
export const noFlowIn = (paths: readonly string[]): UsageError =>
  new UsageError(
    `there is no flow in ${paths.map((path) => `"${path}"`).join(', ')}`,
    'a flow is a file with the ending .yaml, .yml or .flow.json',
  );

async function statOf(path: string, terminal: Terminal): Promise<Stats> {
  try {
    return await stat(resolve(terminal.cwd, path));
  } catch {
    throw new UsageError(`there is no file or folder "${path}"`, await suggestion(path, terminal));
  }
}

async function suggestion(path: string, { cwd }: Terminal): Promise<string> {
  const folder = join(path, '..');
  const names = await readdir(resolve(cwd, folder)).catch(() => []);
  const near = nearest(basename(path), names);
  return near === undefined
    ? 'give the path of a flow, such as workflows/NAME.yaml'
    : `did you mean "${join(folder, near)}"?`;
}
