import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle, findComponents } from '../lib/project/components/index.ts';

/** The size of a small component's bundle, by the way it imports zod. Run with `npx tsx bench/bundles.ts`. */

const IMPORTS = { namespace: "import * as z from 'zod';", named: "import { z } from 'zod';" };

const source = (zod: string): string => `
import { component } from 'stepflow-aws/component';
${zod}
export default component(
  { input: z.object({ text: z.string() }), output: z.object({ words: z.number() }) },
  ({ text }) => ({ words: text.split(' ').length }),
);
`;

const folder = mkdtempSync(join(tmpdir(), 'stepflow-bench-'));
mkdirSync(join(folder, 'lambdas/size'), { recursive: true });
for (const [name, zod] of Object.entries(IMPORTS)) writeFileSync(join(folder, `lambdas/size/${name}.ts`), source(zod));
const components = findComponents({ folders: [join(folder, 'lambdas')] }).components.filter(({ builtin }) => !builtin);
for (const { component, entry } of await bundle(components, { outDir: join(folder, 'bundles') })) {
  const name = component.path === '/size/named' ? IMPORTS.named : IMPORTS.namespace;
  console.log(`${name.padEnd(28)} ${(statSync(entry).size / 1000).toFixed(0).padStart(5)} KB`);
}
rmSync(folder, { recursive: true });
