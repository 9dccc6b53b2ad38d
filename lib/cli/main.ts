import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommanderError } from 'commander';
import { findUp } from '../project/find-up.ts';
import { closeHosts } from '../project/host/hosts.ts';
import { containComponents } from '../project/host/process-hooks.ts';
import { commands } from './commands.ts';
import { EXIT, failureOf, reportError } from './errors.ts';
import { buildProgram } from './program.ts';
import { writeJson } from './report.ts';
import type { Terminal } from './terminal.ts';

/** Runs the command line `argv` (without node and script) and answers the exit code. Never throws. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  let code: number = EXIT.ok;
  // Built-in components run in this process; what one does after its run must not take the others' results with it.
  const release = containComponents();
  const program = buildProgram(commands, version(), terminal, async (command, args, options) => {
    code = await command.run(args, options, terminal);
  });
  try {
    await program.parseAsync(argv.length === 0 ? ['--help'] : [...argv], { from: 'user' });
    return code;
  } catch (error) {
    const isRefused = error instanceof CommanderError;
    if (isRefused && error.exitCode === 0) return EXIT.ok;
    if (argv.includes('--json')) writeJson({ ok: false, error: failureOf(error) }, terminal);
    // The parser has written its message itself.
    return isRefused ? EXIT.usage : reportError(error, terminal);
  } finally {
    await closeHosts();
    release();
  }
}

/** The version of this package. */
function version(): string {
  const file = findUp('package.json', dirname(fileURLToPath(import.meta.url)));
  const manifest: unknown = JSON.parse(readFileSync(file ?? join(process.cwd(), 'package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}
