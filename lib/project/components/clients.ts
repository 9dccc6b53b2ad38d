import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSerially, type CopiedBundle } from './build.ts';
import { FileHashes, hashOf } from './bundle-cache.ts';
import { BUILT_CLIENTS, isCheckout, OWN_BUNDLES, runtimeFile } from './package-files.ts';

/** The modules of the runtime with the AWS clients, by the names of their files in the folder of a function. */
const CLIENTS = {
  's3-store': runtimeFile('stores/s3-store'),
  'secrets-manager': runtimeFile('secrets/secrets-manager'),
} as const;

/** The folder of the AWS clients in the folder of a function. */
const FOLDER = 'aws-clients';

/** How the entry of a function imports a client. */
export const clientPath = (name: keyof typeof CLIENTS): string => `./${FOLDER}/${name}.mjs`;

const IMPORTED = [clientPath('s3-store'), clientPath('secrets-manager')];

/**
 * The AWS clients of the runtime, for the folder of each function, which loads one at its first use. They take longer to
 * bundle than most components and are the same in every project: the published package has them ready, and a checkout
 * bundles them once, into its own folder.
 */
export const bundledClients = (): Promise<CopiedBundle> => (isCheckout ? bundleClients() : publishedClients());

async function bundleClients(): Promise<CopiedBundle> {
  const folder = join(OWN_BUNDLES, '.cache', FOLDER);
  const source = { entryPoints: CLIENTS, splitting: true };
  const { files, hash } = await buildSerially({ name: FOLDER, folder, source }, OWN_BUNDLES, new FileHashes());
  return { into: FOLDER, from: folder, imported: IMPORTED, files: files.filter(isCode), hash };
}

/** Their source maps are larger than they are, and lead into packages of others. */
const isCode = (file: string): boolean => file.endsWith('.mjs');

let published: CopiedBundle | undefined;

async function publishedClients(): Promise<CopiedBundle> {
  if (published) return published;
  const files = readdirSync(BUILT_CLIENTS).sort();
  const hash = hashOf(...files.map((file) => readFileSync(join(BUILT_CLIENTS, file))));
  published = { into: FOLDER, from: BUILT_CLIENTS, imported: IMPORTED, files, hash };
  return published;
}
