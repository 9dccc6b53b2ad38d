import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { testFlow } from '../../lib/testing/index.ts';

const files = ['workflows', 'examples'].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `${folder}/${name}`),
);

test.each(files)('the cases of %s pass', async (file) => {
  const { cases, diagnostics } = await testFlow({ file, source: readFileSync(file, 'utf8') });

  expect(diagnostics).toEqual([]);
  expect(cases.length).toBeGreaterThan(1);
  expect(cases.filter(({ status }) => status !== 'passed')).toEqual([]);
});
