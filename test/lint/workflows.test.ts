import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { lintFile } from '../../lib/lint/index.ts';

const files = ['workflows', 'examples'].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `${folder}/${name}`),
);

test.each(files)('%s is clean, or says why not', async (file) => {
  const source = readFileSync(file, 'utf8');
  expect((await lintFile({ file, home: dirname(file), source, project: '.' })).diagnostics).toEqual([]);
});
