import type { BuildOptions } from 'esbuild';

const REQUIRE =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/** How code for a function is bundled: of a component, and of the HTTP API. */
export const FUNCTION_BUILD = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // ES modules where a package has them: they shrink, and need no `require`.
  mainFields: ['module', 'main'],
  // For packages that do call `require`, which an ES module does not have.
  banner: { js: REQUIRE },
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  logLevel: 'silent',
} satisfies BuildOptions;
