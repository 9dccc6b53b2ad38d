import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // Component bundles are loaded as Node loads them; vite would transform them once more.
    server: { deps: { external: [/[\\/]\.stepflow[\\/]/] } },
  },
});
