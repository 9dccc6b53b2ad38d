import { execFile, spawnSync } from 'node:child_process';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import type { ComponentFile } from './catalog.ts';
import type { SchemaEntries } from './load.ts';
import type { Requirements } from './requirements.ts';

/** A component ready to be deployed. */
export interface PreparedComponent extends Requirements {
  readonly source: ComponentFile;
  /** The folder of its bundle, absolute. */
  readonly bundle: string;
  readonly description?: string;
  /** What it takes and gives; of a chain, each of its components. */
  readonly schemas: SchemaEntries;
}

/** What became of a component's preparation. */
export type Preparation =
  | PreparedComponent
  | { readonly source: ComponentFile; readonly diagnostics: readonly Diagnostic[] };

/** What to prepare, and the folder that bundles go to. */
export interface PrepareRequest {
  readonly sources: readonly ComponentFile[];
  readonly outDir: string;
  /** After how many milliseconds to give up. @default never */
  readonly limitMs?: number;
}

const prepared = new Map<string, Preparation>();

/**
 * Bundles components and reads what they say of themselves; each source once. A construct's constructor cannot
 * wait, and bundling and loading cannot do without: so they happen in a process of their own, once for each component.
 */
export function prepareComponents({ sources, outDir }: PrepareRequest): readonly Preparation[] {
  const once = new Map(sources.map((source) => [filesOf(source), source]));
  const fresh = [...once].flatMap(([files, source]) => (prepared.has(files) ? [] : [source]));
  if (fresh.length > 0) for (const each of ask({ sources: fresh, outDir })) prepared.set(filesOf(each.source), each);
  return [...once.keys()].flatMap((files) => prepared.get(files) ?? []);
}

/** What tells one function from others: the files of its components, of which a chain has several. */
export const filesOf = (source: ComponentFile): string =>
  (source.fusedComponents ?? [source]).map(({ file }) => file).join('\n');

const here = fileURLToPath(import.meta.url);
const PROGRAM = join(here, `../prepare-components-main${extname(here)}`);

const LARGEST_ANSWER = 64 * 1024 * 1024;

/** How Node starts the program. */
const programArguments = (): string[] =>
  extname(here) === '.ts' ? ['--import', import.meta.resolve('tsx'), PROGRAM] : [PROGRAM];

function ask(request: PrepareRequest): readonly Preparation[] {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, programArguments(), {
    input: JSON.stringify(request),
    encoding: 'utf8',
    maxBuffer: LARGEST_ANSWER,
  });
  if (status === 0) return JSON.parse(stdout);
  throw new Error(`Components could not be bundled into ${request.outDir}: ${error?.message ?? stderr}`);
}

/**
 * The same without keeping anybody waiting, and anew each time. Rejects where the process gives no answer: it ends
 * before that, or is ended as its time is up; with a `code` of letters, where it could not even be started.
 */
export async function prepareApart(request: PrepareRequest): Promise<readonly Preparation[]> {
  const { limitMs = 0 } = request;
  const options = { timeout: limitMs, killSignal: 'SIGKILL', maxBuffer: LARGEST_ANSWER } as const;
  const running = promisify(execFile)(process.execPath, programArguments(), options);
  running.child.stdin?.on('error', () => {}); // It has ended already, of which `running` tells.
  running.child.stdin?.end(JSON.stringify(request));
  return JSON.parse((await running).stdout);
}
