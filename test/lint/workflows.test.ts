import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lintFile } from '../../lib/lint/index.ts';

const flows = readdirSync('workflows').filter((name) => name.endsWith('.yaml'));

test.each(flows)('workflows/%s is clean, or says why not', async (name) => {
  const file = join('workflows', name);
  const source = readFileSync(file, 'utf8');
  expect((await lintFile({ file, home: 'workflows', source, project: '.' })).diagnostics).toEqual([]);
});
