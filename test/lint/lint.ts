import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LintedFile, type LintOptions, lintFile } from '../../lib/lint/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Lints a flow that stands in a folder of its own, with files beside it. */
export async function lint(
  source: string,
  options: LintOptions = {},
  files: { readonly [name: string]: string } = {},
): Promise<LintedFile> {
  const home = mkdtempSync(join(temporaryFolder('lint'), 'flow-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(home, name), text);
  return lintFile({ file: join(home, 'flow.yaml'), home, source, project: home }, options);
}

/** The codes of what is found in a flow. */
export const codesIn = async (source: string): Promise<readonly string[]> =>
  (await lint(source)).diagnostics.map(({ code }) => code);
