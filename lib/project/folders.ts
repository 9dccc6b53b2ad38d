import { dirname, join, resolve } from 'node:path';
import { findUp } from './find-up.ts';

/** The folders that a run on this machine uses; absolute. */
export interface Folders {
  /** The project: the folder of the package.json nearest to the flow, else nearest to the working directory. */
  readonly project: string;
  /** Where components are looked up, in this order. */
  readonly components: readonly string[];
  readonly blobs: string;
  /** Where component bundles are cached between runs. */
  readonly bundles: string;
  /** Where the journals of runs are. */
  readonly runs: string;
  /** Where the answers of batches are, and the journals of their lines. */
  readonly batches: string;
}

/** Overrides of the folders. */
export interface FolderOptions {
  /** The folder to search from. @default the folder of the flow's file */
  readonly home?: string;
  /** @default the nearest folder `lambdas` in `home` or its parents */
  readonly components?: readonly string[];
  /** @default `.stepflow/blobs` beside the nearest package.json */
  readonly blobs?: string;
  /** @default `.stepflow/bundles` beside the nearest package.json */
  readonly bundles?: string;
  /** @default `.stepflow/runs` beside the nearest package.json */
  readonly runs?: string;
  /** @default `.stepflow/batches` beside the nearest package.json */
  readonly batches?: string;
}

/** The folders for a flow in `home`. */
export function foldersFor(home: string, options: Omit<FolderOptions, 'home'> = {}): Folders {
  const { components, blobs, bundles, runs, batches } = options;
  const project = projectOf(home);
  return {
    project,
    components: components?.map((folder) => resolve(folder)) ?? [findUp('lambdas', home) ?? join(project, 'lambdas')],
    blobs: blobs === undefined ? join(project, '.stepflow/blobs') : resolve(blobs),
    bundles: bundles === undefined ? join(project, '.stepflow/bundles') : resolve(bundles),
    runs: runs === undefined ? join(project, '.stepflow/runs') : resolve(runs),
    batches: batches === undefined ? join(project, '.stepflow/batches') : resolve(batches),
  };
}

/** The folder of the nearest package.json; outside of any package, the project of the working directory. */
function projectOf(home: string): string {
  const manifest = findUp('package.json', home) ?? findUp('package.json', process.cwd());
  return manifest === undefined ? process.cwd() : dirname(manifest);
}
