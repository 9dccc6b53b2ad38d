import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '../temporary-folder.ts';

const FOLDER = temporaryFolder('stepflow-projects-');

/** Makes a project with these files in a folder that goes when the tests are over; answers the folder. */
export function project(files: { readonly [path: string]: string }): string {
  const folder = mkdtempSync(join(FOLDER, 'project-'));
  for (const [path, text] of Object.entries({ 'package.json': '{"type": "module"}', ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** The source of a component that does `body` with its `input` and `ctx`. */
export const componentSource = (body: string, options = ''): string => `
import { component, FlowError, SkipStep } from 'stepflow-aws/component';
import { z } from 'zod';

export default component({ description: 'A test.', input: z.any(), output: z.any(), ${options} }, async (input, ctx) => {
  ${body}
});
`;
