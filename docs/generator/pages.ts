import { readFile } from 'node:fs/promises';
import { languageSchema } from '../../lib/flow/schema/language-schema.ts';
import { commandLinePage } from './command-line-page.ts';
import { compiledExcerpt } from './compiled-excerpt.ts';
import { componentsTable } from './components-table.ts';
import { dashboardPicture } from './dashboard-picture.ts';
import { diagnosticsPage } from './diagnostics-page.ts';
import { examplesPage } from './examples-page.ts';
import { lintPage } from './lint-page.ts';
import { between } from './markdown.ts';
import { metricsTables } from './metrics-tables.ts';
import { roomsPicture } from './rooms-picture.ts';

/** The files that are generated, wholly or in part, relative to the project's folder; each with the text that it should have. */
export const GENERATED_FILES: { readonly [file: string]: () => Promise<string> } = {
  'docs/diagnostics.md': diagnosticsPage,
  'docs/command-line.md': commandLinePage,
  'docs/lint.md': lintPage,
  'docs/examples.md': examplesPage,
  'docs/components.md': async () =>
    between(await readFile('docs/components.md', 'utf8'), 'built-in components', await componentsTable()),
  'docs/compiler.md': async () =>
    between(await readFile('docs/compiler.md', 'utf8'), 'the compiled excerpt', await compiledExcerpt()),
  'docs/images/dashboard.svg': dashboardPicture,
  'docs/metrics.md': async () =>
    between(await readFile('docs/metrics.md', 'utf8'), 'the metrics of functions', metricsTables()),
  'docs/images/rooms.svg': roomsPicture,
  'schema/flow.json': async () => JSON.stringify(languageSchema(), null, 2),
};

/** The text that a generated file should have. */
export const generate = async (file: string): Promise<string> => `${(await GENERATED_FILES[file]?.())?.trimEnd()}\n`;
