import { readFileSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

// The last step of `npm run build`. The package is made of ES modules. Node can require() them, but TypeScript refuses to
// in a CommonJS project (TS1479, with `module: node16`), unless the package declares entries for require(). Each subpath
// gets one, which has nothing of its own: both kinds of projects run the same module.

interface Entry {
  readonly default: string;
  readonly require?: { readonly types: string; readonly default: string };
}

const { exports }: { readonly exports: { readonly [subpath: string]: Entry | string } } = JSON.parse(
  readFileSync('package.json', 'utf8'),
);

for (const entry of Object.values(exports)) {
  if (typeof entry === 'string' || entry.require === undefined) continue;
  const { default: main, require: required } = entry;
  const exported: { readonly [name: string]: unknown } = await import(pathToFileURL(resolve(main)).href);
  writeFileSync(required.default, `module.exports = require('./${basename(main)}');\n`);
  writeFileSync(required.types, declarations(`./${basename(main)}`, exported));
}

/** Declares what an ES module exports, for CommonJS: all types, and each value with the type that it has there. */
function declarations(main: string, exported: { readonly [name: string]: unknown }): string {
  const mode = `{ 'resolution-mode': 'import' }`;
  const source = `import('${main}', { with: ${mode} })`;
  const values = Object.entries(exported).flatMap(([name, value]) => [
    `export declare const ${name}: typeof ${source}.${name};`,
    // A name that is declared here hides the type of the same name.
    ...(isClass(value) ? [`export type ${name} = ${source}.${name};`] : []),
  ]);
  return [`export type * from '${main}' with ${mode};`, ...values, ''].join('\n');
}

function isClass(value: unknown): boolean {
  return typeof value === 'function' && /^class\b/.test(String(value));
}
