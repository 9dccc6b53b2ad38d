import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import pLimit from 'p-limit';
import type { ComponentSchemas } from '../../compiler/check/index.ts';
import { isObject } from '../../protocol/json.ts';
import { LOAD_MS } from '../host/component-host.ts';
import { endHost, startHost } from '../host/hosts.ts';
import { type Bundle, type BundleOptions, bundleEach } from './bundle.ts';
import { writeAtomically } from './bundle-cache.ts';
import type { ComponentFile } from './catalog.ts';
import { runSerially } from './in-turn.ts';
import { schemasByPath } from './load.ts';

/** How schemas are read. */
export interface ReadSchemasOptions extends BundleOptions {
  /** How many milliseconds a component may take to load, once its process has started. @default 10000 */
  readonly limitMs?: number;
}

/**
 * What components take and give, without loading any of them into this process: each is loaded in one of its own, once
 * for each bundle, as the answer is kept beside the bundles. A component that cannot be bundled or loaded, ends its
 * process or takes too long has no schemas that are known.
 */
export async function readSchemas(
  components: readonly ComponentFile[],
  { outDir, limitMs = LOAD_MS }: ReadSchemasOptions,
): Promise<ReadonlyMap<ComponentFile, ComponentSchemas>> {
  if (components.length === 0) return new Map();
  const root = resolve(outDir);
  const bundled = await bundleEach([...new Set(components)], { outDir });
  const read = bundled.map(async (one): Promise<readonly (readonly [ComponentFile, ComponentSchemas])[]> => {
    const schemas = 'diagnostics' in one ? undefined : await schemasOf(one, root, limitMs);
    return schemas ? [[one.component, schemas]] : [];
  });
  return new Map((await Promise.all(read)).flat());
}

/** What is known of a bundle: no schemas where its component did not load in time. */
interface SchemaRecord {
  /** Hash of the bundle's content. */
  readonly hash: string;
  readonly schemas?: ComponentSchemas;
}

/** Not among the bundles' own records, whose names it might have. */
const recordFile = ({ folder }: Bundle, root: string): string =>
  join(root, '.cache/schemas', `${basename(folder)}.json`);

function schemasOf(made: Bundle, root: string, limitMs: number): Promise<ComponentSchemas | undefined> {
  const file = recordFile(made, root);
  return runSerially(file, async () => {
    const known = readRecord(file);
    if (known?.hash === made.hash) return known.schemas;
    const record = await withinCores(() => askOnce(made, limitMs));
    if (record) writeAtomically(file, JSON.stringify(record), root);
    return record?.schemas;
  });
}

const withinCores = pLimit(availableParallelism());

/**
 * Asks in a host of its own: what a mocked component does as it loads is nothing to those that run. Undefined where no
 * process could be started: the next run tries again.
 */
async function askOnce(bundle: Bundle, limitMs: number): Promise<SchemaRecord | undefined> {
  const host = await startHost();
  try {
    const outcome = await host.load(bundle, limitMs).catch(() => undefined);
    if (!outcome) return undefined;
    const [, schemas] = ('entry' in outcome && schemasByPath(outcome)[0]) || [];
    return { hash: bundle.hash, ...(schemas && { schemas }) };
  } finally {
    await endHost(host);
  }
}

function readRecord(file: string): SchemaRecord | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined; // absent or damaged: the component is asked again
  }
}

const isRecord = (value: unknown): value is SchemaRecord =>
  isObject(value) && typeof value.hash === 'string' && (value.schemas === undefined || isObject(value.schemas));
