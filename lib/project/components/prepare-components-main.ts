import { text } from 'node:stream/consumers';
import { closeHosts } from '../host/hosts.ts';
import { type Bundle, bundleEach } from './bundle.ts';
import { schemasByPath } from './load.ts';
import { isLoaded, loadOrDiagnose } from './load-or-diagnose.ts';
import type { Preparation, PrepareRequest } from './prepared-component.ts';
import { secondsOfFusedChain } from './requirements.ts';

// The process that prepareComponents starts: it reads a request from standard input and writes the answer to standard output.

async function describe(bundle: Bundle): Promise<Preparation> {
  const source = bundle.component;
  const loaded = await loadOrDiagnose(bundle, { outDir });
  if (!isLoaded(loaded)) return { source, diagnostics: loaded };
  const { description, memorySize, reservedConcurrency, uses, timeout: own, fusedRequirements: links } = loaded;
  const timeout = links ? secondsOfFusedChain(links) : own;
  return {
    source,
    bundle: bundle.folder,
    schemas: schemasByPath(loaded),
    ...(description !== undefined && { description }),
    ...(memorySize !== undefined && { memorySize }),
    ...(timeout !== undefined && { timeout }),
    ...(reservedConcurrency !== undefined && { reservedConcurrency }),
    ...(uses && { uses }),
  };
}

const { sources, outDir }: PrepareRequest = JSON.parse(await text(process.stdin));
const bundled = await bundleEach(sources, { outDir });
const prepared = await Promise.all(
  bundled.map((one) =>
    'diagnostics' in one ? { source: one.component, diagnostics: one.diagnostics } : describe(one),
  ),
);
await closeHosts();
process.stdout.write(JSON.stringify(prepared), () => process.exit());
