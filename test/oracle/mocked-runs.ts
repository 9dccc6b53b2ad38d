import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '../../lib/protocol/json.ts';
import { type Answer, MockedComponents, type Mocks } from './mocked.ts';

/** Components run in another process than the tests, which tell it what they do in files. */
const FOLDER = join(tmpdir(), 'stepflow-oracle-runs');

const fileOf = (execution: string): string => join(FOLDER, `${execution}.json`);

/** Sets what `/mock/any` does in the execution of that name. */
export function beginMocked(execution: string, mocks: Mocks): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(fileOf(execution), JSON.stringify(mocks));
}

/** Forgets what it does there. */
export const endMocked = (execution: string): void => rmSync(fileOf(execution), { force: true });

/** What the mocks of the executions here have been called for. */
const begun = new Map<string, MockedComponents>();

/** Calls `/mock/any` in an execution. */
export function callMocked(execution: string, id: string, input: Json): Answer {
  const name = execution.replace(/^.*:/, '');
  const components = begun.get(name) ?? new MockedComponents(JSON.parse(readFileSync(fileOf(name), 'utf8')));
  begun.set(name, components);
  return components.call({ id, component: '/mock/any' }, input);
}
