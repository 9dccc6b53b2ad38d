import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { temporaryFolder } from '../temporary-folder.ts';

const FOLDER = temporaryFolder('stepflow-test-app-');

/** A CDK app whose output is removed when the tests are done. */
export const testApp = (): App => new App({ outdir: mkdtempSync(join(FOLDER, 'out-')) });

/** The folder of a small project with two flows and three components. */
export const PROJECT = join(import.meta.dirname, 'project');

/** A flow of that project. */
export const flowFile = (name: string): string => join(PROJECT, 'workflows', `${name}.yaml`);
