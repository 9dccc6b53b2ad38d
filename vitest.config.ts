import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { EFFORT } from './test/chance.ts';
import LongestFirst from './test/longest-first.ts';
import { PARTS } from './test/parts.ts';

export default defineConfig({
  test: {
    projects: PARTS.map((part) => ({ extends: true, test: part })),
    // Some tests mostly wait, for processes and time limits: more workers than cores keep these busy.
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
    sequence: { sequencer: LongestFirst },
    reporters: ['default', './test/parts-reporter.ts'],
    setupFiles: ['test/setup.ts'],
    // Far more than any test takes on an idle machine: they only end what hangs.
    testTimeout: 300_000 * Math.max(1, EFFORT),
    hookTimeout: 600_000,
    // Component bundles are loaded as Node loads them; vite would transform them once more.
    server: { deps: { external: [/[\\/]\.stepflow[\\/]/] } },
  },
});
