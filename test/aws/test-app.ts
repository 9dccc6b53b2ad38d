import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { afterAll } from 'vitest';

const FOLDER = mkdtempSync(join(tmpdir(), 'stepflow-test-app-'));

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

/** A CDK app whose output is removed when the test file is done. */
export const testApp = (): App => new App({ outdir: mkdtempSync(join(FOLDER, 'out-')) });

/** The folder of a small project with two flows and three components. */
export const PROJECT = join(import.meta.dirname, 'project');

/** A flow of that project. */
export const flowFile = (name: string): string => join(PROJECT, 'workflows', `${name}.yaml`);
