import { resolve } from 'node:path';
import { bundle, findComponents, loadBundle } from '../../lib/project/components/index.ts';
import {
  escapeValue,
  type HostContext,
  isObject,
  type Json,
  type JsonObject,
  unescapeValue,
} from '../../lib/runtime/index.ts';
import { memoryStore } from '../runtime/stores/memory-store.ts';

const catalog = findComponents({ folders: ['lambdas'] });

/** Where the tests' bundles are kept from run to run: only what has changed is bundled again. */
const outDir = resolve('.stepflow/bundles');

/** Runs a component as a run does: its real bundle, its real handler; takes and answers users' values, whole. */
export async function invoke(path: string, input: unknown, host: HostContext = {}): Promise<Json> {
  const component = catalog.resolve(path);
  if (!component) throw new Error(`no component ${path}`);
  const [made] = await bundle([component], { outDir });
  if (!made) throw new Error(`no bundle of ${path}`);
  const { handler } = await loadBundle(made);
  const invocation = { step: 'tested', input: escapeValue(JSON.parse(JSON.stringify(input))), reads: ['$'] };
  const slots = await handler(invocation, { store: memoryStore(), log: () => {}, ...host });
  return unescapeValue(slots.$ ?? null);
}

/** {@link invoke} of a component whose result is an object. */
export async function invokeObject(path: string, input: unknown, host?: HostContext): Promise<JsonObject> {
  const result = await invoke(path, input, host);
  if (!isObject(result)) throw new Error(`found ${JSON.stringify(result)}, wanted an object`);
  return result;
}
