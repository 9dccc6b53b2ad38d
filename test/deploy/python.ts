import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The emulator's release; launcher.py replaces functions of exactly this one. */
const MINISTACK = 'ministack==1.5.33';

const FOLDER = join(import.meta.dirname, '../../.stepflow/emulator', MINISTACK);
const PYTHON = join(FOLDER, 'bin/python');
/** Written last: a folder without it was left by an installation that did not come to its end. */
const COMPLETE = join(FOLDER, 'complete');

/**
 * The Python interpreter that has the emulator, made on first use and kept for the next.
 *
 * @throws Error saying what is wanted, where Python or its package index is not to be had
 */
export async function emulatorPython(): Promise<string> {
  if (!existsSync(COMPLETE)) await install();
  return PYTHON;
}

async function install(): Promise<void> {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  await step('python3', ['-m', 'venv', FOLDER], 'Python 3.10 or later with its venv module');
  await step(PYTHON, ['-m', 'pip', 'install', '--quiet', MINISTACK], 'a Python package index that pip can reach');
  await writeFile(COMPLETE, '');
}

async function step(command: string, args: string[], wanted: string): Promise<void> {
  try {
    await run(command, args);
  } catch (cause) {
    throw new Error(`The deployment test needs ${wanted}: "${command} ${args.join(' ')}" failed.`, { cause });
  }
}
