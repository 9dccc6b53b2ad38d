import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { bundle, findComponents } from '../../../lib/project/components/index.ts';
import { startBytes } from './start-bytes.ts';

// What a function loads before its first call, in bytes. The wrapper with its schema library is some 100 KB; a component
// that runs flows has compiler and engine besides; the OpenAI client is large by itself.
const BUDGET = 205_000;
const BUDGETS: { readonly [component: string]: number } = {
  '/builtin/eval': 930_000,
  '/builtin/map': 930_000,
  '/builtin/iterate': 930_000,
  '/builtin/openai': 600_000,
};

const outDir = mkdtempSync(join(tmpdir(), 'stepflow-size-'));
afterAll(() => rmSync(outDir, { recursive: true, force: true }));

it('every built-in function starts with no more code than its budget', async () => {
  const builtins = findComponents({ folders: [] }).components;
  const bundles = await bundle(builtins, { outDir });
  const sizes = bundles.map(({ component, entry }) => ({ component: component.path, bytes: startBytes(entry) }));
  console.info(sizes.map(({ component, bytes }) => `${component} ${Math.round(bytes / 1000)} KB`).join(', '));
  expect(sizes.length).toBeGreaterThan(10);
  expect(sizes.filter(({ component, bytes }) => bytes > (BUDGETS[component] ?? BUDGET))).toEqual([]);
});
