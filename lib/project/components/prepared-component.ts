import { spawnSync } from 'node:child_process';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import type { ComponentFile } from './catalog.ts';
import type { SchemaEntries } from './load.ts';
import type { Requirements } from './requirements.ts';

/** A component that is ready to be deployed. */
export interface PreparedComponent extends Requirements {
  readonly source: ComponentFile;
  /** The folder of its bundle, absolute. */
  readonly bundle: string;
  readonly description?: string;
  /** The schemas of its input and output; of a fused chain, those of each component. */
  readonly schemas: SchemaEntries;
}

/** The outcome of preparing a component. */
export type Preparation =
  | PreparedComponent
  | { readonly source: ComponentFile; readonly diagnostics: readonly Diagnostic[] };

/** The components to prepare, and the folder of their bundles. */
export interface PrepareRequest {
  readonly sources: readonly ComponentFile[];
  readonly outDir: string;
}

const prepared = new Map<string, Preparation>();

/**
 * Bundles components and reads their metadata, once for each source. Bundling and loading are asynchronous, and the
 * constructor of a construct is not, so they run in a separate process that this one waits for.
 */
export function prepareComponents({ sources, outDir }: PrepareRequest): readonly Preparation[] {
  const distinctSources = new Map(sources.map((source) => [filesOf(source), source]));
  const fresh = [...distinctSources].flatMap(([files, source]) => (prepared.has(files) ? [] : [source]));
  if (fresh.length > 0)
    for (const each of prepareInProcess({ sources: fresh, outDir })) prepared.set(filesOf(each.source), each);
  return [...distinctSources.keys()].flatMap((files) => prepared.get(files) ?? []);
}

/** Identifies a function: the files of its components, of which a fused chain has several. */
export const filesOf = (source: ComponentFile): string =>
  (source.fusedComponents ?? [source]).map(({ file }) => file).join('\n');

const here = fileURLToPath(import.meta.url);
const PROGRAM = join(here, `../prepare-components-main${extname(here)}`);
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** The arguments with which Node starts the program. */
const programArguments = (): string[] =>
  extname(here) === '.ts' ? ['--import', import.meta.resolve('tsx'), PROGRAM] : [PROGRAM];

function prepareInProcess(request: PrepareRequest): readonly Preparation[] {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, programArguments(), {
    input: JSON.stringify(request),
    encoding: 'utf8',
    maxBuffer: MAX_ANSWER_BYTES,
  });
  if (status === 0) return JSON.parse(stdout);
  throw new Error(`Components could not be bundled into ${request.outDir}: ${error?.message ?? stderr}`);
}
