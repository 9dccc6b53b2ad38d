import { text } from 'node:stream/consumers';
import { type Bundle, bundleEach } from './bundle.ts';
import { schemasByPath } from './load.ts';
import { loadOrDiagnose } from './load-or-diagnose.ts';
import type { Preparation, PrepareRequest } from './prepared-component.ts';
import { secondsOfFusedChain } from './requirements.ts';

// The other side of prepareComponents: a request on standard input, an answer on standard output. What components print
// while they are loaded goes beside it, and what they leave running does not keep the process.

const { stdout, stderr } = process;
const answer = stdout.write.bind(stdout);
stdout.write = stderr.write.bind(stderr);

async function describe(made: Bundle): Promise<Preparation> {
  const source = made.component;
  const loaded = await loadOrDiagnose(made, { outDir });
  if (!('handler' in loaded)) return { source, diagnostics: loaded };
  const { description, memorySize, timeout: own, fusedRequirements: links } = loaded;
  const timeout = links ? secondsOfFusedChain(links) : own;
  return {
    source,
    bundle: made.folder,
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
