import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LOG_LEVEL_VARIABLE } from '../../lib/runtime/logger.ts';

const LOGGER = join(import.meta.dirname, '../../lib/runtime/logger.ts');

/** The levels of what a function with this variable writes, of one entry of each level. */
function written(level?: string): readonly string[] {
  const source = `
    const { createLogger } = await import(${JSON.stringify(LOGGER)});
    const logger = createLogger({ execution: 'e', step: 's', attempt: 1 });
    for (const level of ['debug', 'info', 'warn', 'error']) logger[level](level);`;
  const { stdout } = spawnSync(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', source],
    {
      encoding: 'utf8',
      env: { ...process.env, [LOG_LEVEL_VARIABLE]: level },
    },
  );
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).level]));
}

describe('a function writes the entries', () => {
  it.each([
    [undefined, ['debug', 'info', 'warn', 'error']],
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
    ['loud', ['debug', 'info', 'warn', 'error']],
  ])('from the level %s on', (level, levels) => {
    expect(written(level)).toEqual(levels);
  });
});
