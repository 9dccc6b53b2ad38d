import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The bytes of a module and of all that it imports from the start; what it imports later is not counted. */
export function startBytes(file: string, seen: Set<string> = new Set()): number {
  if (seen.has(file)) return 0;
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  const imported = [...text.matchAll(/\bfrom\s*"(\.[^"]+)"|^\s*import\s*"(\.[^"]+)"/gm)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
  return imported.reduce((sum, path) => sum + startBytes(join(dirname(file), path), seen), Buffer.byteLength(text));
}
