// Writes files that use every export of every subpath of the package, as an ES module and as CommonJS: use-exports.mts and
// use-exports.cts. What there is to use is read from the package, so that nothing is forgotten.
import { readFileSync, writeFileSync } from 'node:fs';
import ts from 'typescript';

const folder = 'node_modules/stepflow-aws';
const { name, exports } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
const entries = Object.entries(exports).filter(([, { types }]) => typeof types === 'string');

/** What the index of a subpath exports: each name, and whether it is a type alone. */
function exportsOf(file) {
  const { statements } = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  return statements.flatMap(({ exportClause, isTypeOnly }) =>
    (exportClause?.elements ?? []).map((one) => ({ name: one.name.text, isType: isTypeOnly || one.isTypeOnly })),
  );
}

const parts = entries.map(([subpath, { types }], at) => {
  const used = exportsOf(`${folder}/${types}`);
  const from = `${name}${subpath.slice(1)}`;
  const [typeNames, values] = [true, false].map((wanted) => used.filter(({ isType }) => isType === wanted).map((one) => one.name));
  if (values.length === 0) throw new Error(`${from} exports nothing`);
  return {
    count: used.length,
    text: [
      `import * as part${at} from '${from}';`,
      `import { ${[...values.map((one) => `${one} as ${one}${at}`), ...typeNames.map((one) => `type ${one} as ${one}${at}`)].join(', ')} } from '${from}';`,
      `for (const [value, name] of [${values.map((one) => `[${one}${at}, '${one}']`).join(', ')}] as const) if (value === undefined || value !== Reflect.get(part${at}, name)) throw new Error(name);`,
      ...typeNames.map((one) => `export type { ${one}${at} };`),
    ].join('\n'),
  };
});
const text = `${parts.map((part) => part.text).join('\n')}\n`;
for (const ending of ['mts', 'cts']) writeFileSync(`use-exports.${ending}`, text);
console.log(`${parts.reduce((sum, { count }) => sum + count, 0)} exports of ${parts.length} subpaths are used.`);
