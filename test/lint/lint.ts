import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Span } from '../../lib/diagnostics/diagnostics.ts';
import {
  type Level,
  type LintDiagnostic,
  type LintedFile,
  type LintOptions,
  lintFile,
  RULE_CODES,
} from '../../lib/lint/index.ts';
import { SharedComponents } from '../../lib/project/load-flows.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Files beside a flow, by name. */
export type Files = { readonly [name: string]: string };

const FOLDER = temporaryFolder('lint');
/** Flows without files beside them share a folder, and so the components that are loaded. */
const BARE = mkdtempSync(join(FOLDER, 'bare-'));
const SHARED = new SharedComponents();

/** Lints a flow that stands in a folder of its own, with files beside it. `project`: whose components it has. */
export async function lint(
  source: string,
  options: LintOptions = {},
  files: Files = {},
  project?: string,
): Promise<LintedFile> {
  const names = Object.entries(files);
  const home = names.length === 0 ? BARE : mkdtempSync(join(FOLDER, 'flow-'));
  for (const [name, text] of names) writeFileSync(join(home, name), text);
  return lintFile({ file: join(home, 'flow.yaml'), home, source, project: project ?? home }, options, SHARED);
}

/** The codes of what is found in a flow. */
export const codesIn = async (source: string, project?: string): Promise<readonly string[]> =>
  (await lint(source, {}, {}, project)).diagnostics.map(({ code }) => code);

/** Levels that leave only some rules. */
export const only = (...codes: readonly string[]): ReadonlyMap<string, Level> =>
  new Map(RULE_CODES.filter((code) => !codes.includes(code)).map((code) => [code, 'off']));

/** What one rule finds in a flow; an error of the flow is one of the test. */
export async function findingsOf(
  code: string,
  source: string,
  files: Files = {},
  project?: string,
): Promise<readonly LintDiagnostic[]> {
  const { diagnostics } = await lint(source, { levels: only(code) }, files, project);
  expect(diagnostics.filter((one) => one.severity === 'error')).toEqual([]);
  return diagnostics.filter((one) => one.code === code);
}

/** A flow, or one with files beside it, or one that has the components of a project. */
export type Sample = string | { readonly flow: string; readonly files?: Files; readonly project?: string };

/**
 * Tests a rule. In the flows of `finds`, what it finds stands between « and »; in those of `passes` it finds nothing.
 */
export function testRule(
  code: string,
  samples: {
    readonly finds: { readonly [title: string]: Sample };
    readonly passes: { readonly [title: string]: Sample };
  },
): void {
  describe(`${code} finds`, () => {
    test.each(Object.entries(samples.finds))('%s', async (_, sample) => {
      const { flow, files, project } = full(sample);
      const { text, marks } = unmark(flow);
      const found = await findingsOf(code, text, files, project);
      expect(found.map(({ line, column, endLine, endColumn }) => ({ line, column, endLine, endColumn }))).toEqual(
        marks,
      );
    });
  });
  describe(`${code} does not find`, () => {
    test.each(Object.entries(samples.passes))('%s', async (_, sample) => {
      const { flow, files, project } = full(sample);
      expect((await findingsOf(code, flow, files, project)).map(({ message }) => message)).toEqual([]);
    });
  });
}

const full = (sample: Sample) => (typeof sample === 'string' ? { flow: sample } : sample);

/** A text without its marks, and their places. */
function unmark(marked: string): { readonly text: string; readonly marks: readonly Span[] } {
  const marks: Span[] = [];
  let text = '';
  for (const part of marked.split(/(«[^»]*»)/)) {
    const inside = /^«([^»]*)»$/.exec(part)?.[1];
    const start = placeOf(text);
    text += inside ?? part;
    const end = placeOf(text);
    if (inside !== undefined)
      marks.push({ line: start.line, column: start.column, endLine: end.line, endColumn: end.column });
  }
  return { text, marks };
}

function placeOf(text: string): { readonly line: number; readonly column: number } {
  const lines = text.split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
