import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';

// Takes the comments out of the package's code: they are a fifth of it, and those of exports are in its declarations, too. The
// code itself stays as it is written, for stack traces and for those who read it.

const DIST = 'dist';

for (const path of readdirSync(DIST, { recursive: true, encoding: 'utf8' })) {
  if (!path.endsWith('.js')) continue;
  const file = join(DIST, path);
  const { code } = transformSync(readFileSync(file, 'utf8'), { loader: 'js', target: 'node20', charset: 'utf8', legalComments: 'none' });
  writeFileSync(file, code);
}
