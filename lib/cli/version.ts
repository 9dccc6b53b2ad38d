import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findUp } from '../local/find-up.ts';

/** The version of this package. */
export function version(): string {
  const file = findUp('package.json', dirname(fileURLToPath(import.meta.url)));
  const manifest: unknown = JSON.parse(readFileSync(file ?? join(process.cwd(), 'package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}
