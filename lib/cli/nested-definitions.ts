import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { machinesIn } from '../local/machines.ts';
import { type JsonSource, readJsonFile } from './read-json.ts';
import type { Terminal } from './terminal.ts';

/** A state machine that another one starts, and the file it was read from. */
export interface NestedDefinition extends JsonSource {
  readonly name: string;
}

/**
 * Reads the state machines that a definition starts, and those that these start, where `compile --out` writes them:
 * `NAME.asl.json` beside it. One without a file is left out: mocks may answer for it.
 */
export async function readNested(definition: JsonSource, terminal: Terminal): Promise<readonly NestedDefinition[]> {
  const folder = dirname(definition.file);
  const found = new Map<string, NestedDefinition>();
  const waiting = machinesIn(definition.text);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const file = join(folder, `${name}.asl.json`);
    if (found.has(name) || !existsSync(resolve(terminal.cwd, file))) continue;
    const source = await readJsonFile(file, terminal);
    found.set(name, { name, ...source });
    waiting.push(...machinesIn(source.text));
  }
  return [...found.values()];
}
