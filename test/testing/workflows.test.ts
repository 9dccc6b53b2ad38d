import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { testFlow } from '../../lib/testing/index.ts';

const flows = readdirSync('workflows').filter((name) => name.endsWith('.yaml'));

test.each(flows)('the cases of %s pass', async (name) => {
  const file = `workflows/${name}`;
  const { cases, diagnostics } = await testFlow({ file, source: readFileSync(file, 'utf8') });

  expect(diagnostics).toEqual([]);
  expect(cases.length).toBeGreaterThan(0);
  expect(cases.filter(({ status }) => status !== 'passed')).toEqual([]);
});
