import { text } from 'node:stream/consumers';
import { type Bundle, bundleEach } from './bundle.ts';
import { loadOrDiagnose, schemasByPath } from './load.ts';
import type { Preparation, PrepareRequest } from './prepared-component.ts';
import { secondsOfFusedChain } from './requirements.ts';

// The process that prepareComponents starts: it reads a request from standard input and writes the answer to standard output.
// What components print while they load goes to standard error, and what they leave running does not keep the process alive.

const { stdout, stderr } = process;
const answer = stdout.write.bind(stdout);
stdout.write = stderr.write.bind(stderr);

async function describe(bundle: Bundle): Promise<Preparation> {
  const source = bundle.component;
  const loaded = await loadOrDiagnose(bundle, { outDir });
  if (!('handler' in loaded)) return { source, diagnostics: loaded };
  const { description, memorySize, timeout: own, fusedRequirements: links } = loaded;
  const timeout = links ? secondsOfFusedChain(links) : own;
  return {
    source,
    bundle: bundle.folder,
    schemas: schemasByPath(loaded),
    ...(description !== undefined && { description }),
    ...(memorySize !== undefined && { memorySize }),
    ...(timeout !== undefined && { timeout }),
  };
}

const { sources, outDir, limitMs }: PrepareRequest = JSON.parse(await text(process.stdin));
// Whoever asked ends this process in time, but may have ended before.
if (limitMs !== undefined) setTimeout(() => process.exit(1), limitMs).unref();
const bundled = await bundleEach(sources, { outDir });
const prepared = await Promise.all(
  bundled.map((one) =>
    'diagnostics' in one ? { source: one.component, diagnostics: one.diagnostics } : describe(one),
  ),
);
answer(JSON.stringify(prepared), () => process.exit());
