import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkTests, testFlow } from '../../lib/testing/index.ts';
import { hasShared, shared } from '../shared.ts';

const FOLDER = 'conformance/stepflow';

/** Flows of Stepflow with components in Python, and their diagnostics: code and line. */
const PYTHON: { readonly [name: string]: readonly (readonly [string, number])[] } = {
  'loop-components/iterate.yaml': [['unsupported-plugin', 53]],
};

const files = hasShared(FOLDER) ? readdirSync(shared(FOLDER), { recursive: true, encoding: 'utf8' }) : [];
const flows = files.filter((name) => name.endsWith('.yaml') && !name.endsWith('stepflow-config.yaml')).sort();

const open = (name: string) => {
  const file = join(shared(FOLDER), name);
  return { file, source: readFileSync(file, 'utf8') };
};

describe.runIf(flows.length > 0)('the flows of Stepflow, unchanged', () => {
  test.each(flows.filter((name) => !(name in PYTHON)))('%s passes its own cases', async (name) => {
    const { cases, diagnostics } = await testFlow(open(name));

    expect(diagnostics).toEqual([]);
    expect(cases.length).toBeGreaterThan(0);
    expect(cases.filter(({ status }) => status !== 'passed')).toEqual([]);
  });

  test.each(Object.entries(PYTHON))('%s is refused because its plugin does not run here', async (name, expected) => {
    const { cases, diagnostics } = await testFlow(open(name));

    expect(diagnostics.map(({ code, line }) => [code, line])).toEqual(expected);
    expect(new Set(cases.map(({ status }) => status))).toEqual(new Set(['refused']));
  });

  test.each(flows)('%s has no errors in its tests', async (name) => {
    expect(await checkTests(open(name))).toEqual([]);
  });
});
