import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GENERATED_FILES, generate } from './generator/pages.ts';

/** Writes the generated files: pages of docs/, the pictures of the rooms and of a dashboard, the JSON Schema of the language. `npm run docs` */
for (const file of Object.keys(GENERATED_FILES)) {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, await generate(file));
  console.log(file);
}
