import type { BuildOptions } from 'esbuild';

const REQUIRE =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/** esbuild's options for functions: those of components and of the HTTP API. */
export const FUNCTION_BUILD = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Prefer a package's ES modules: they can be tree-shaken and need no `require`.
  mainFields: ['module', 'main'],
  // Defines `require`, which ES modules lack, for packages that call it.
  banner: { js: REQUIRE },
  // CommonJS packages may ask where they are: in the file that they were bundled into.
  define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' },
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  logLevel: 'silent',
} satisfies BuildOptions;
