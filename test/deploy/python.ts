import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { lock, unlock } from '../../lib/run/durable/lock.ts';

const run = promisify(execFile);

/** The emulator's release; launcher.py replaces functions of exactly this release. */
const MINISTACK = 'ministack==1.5.33';

const FOLDER = join(import.meta.dirname, '../../.stepflow/emulator', MINISTACK);
const pythonIn = (folder: string): string => join(folder, 'bin/python');
/** Written last: a folder without it is from an installation that was interrupted. */
const completeIn = (folder: string): string => join(folder, 'complete');

/** Had by the process that installs. */
const LOCK = `${FOLDER}.lock`;
/** Milliseconds between two looks at whether another process has installed it. */
const LOOK_MS = 200;

/** A package index may be unavailable for a moment. */
const DOWNLOADS = 4;
const PAUSE_MS = 5000;

/**
 * The Python interpreter with the emulator, installed on first use and kept for the next.
 *
 * @throws Error that says what is needed, where Python or its package index is not available
 */
export async function emulatorPython(): Promise<string> {
  await mkdir(dirname(FOLDER), { recursive: true });
  // Test files that start at once need the same: one of them installs it, and the others wait.
  while (!existsSync(completeIn(FOLDER))) {
    if (lock(LOCK) === undefined) await install().finally(() => unlock(LOCK));
    else await sleep(LOOK_MS);
  }
  return pythonIn(FOLDER);
}

/** Installs into a temporary folder and moves it into place. */
async function install(): Promise<void> {
  if (existsSync(completeIn(FOLDER))) return;
  const aside = `${FOLDER}.${randomUUID()}`;
  try {
    await step('python3', ['-m', 'venv', aside], 'Python 3.10 or later with its venv module');
    await download(pythonIn(aside));
    await writeFile(completeIn(aside), '');
    await rm(FOLDER, { recursive: true, force: true });
    await rename(aside, FOLDER);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function download(python: string): Promise<void> {
  const options = ['--quiet', '--disable-pip-version-check', '--no-input', '--timeout', '60', '--retries', '5'];
  for (let left = DOWNLOADS - 1; ; left -= 1) {
    try {
      await step(python, ['-m', 'pip', 'install', ...options, MINISTACK], 'a Python package index that pip can reach');
      return;
    } catch (error) {
      if (left === 0) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

async function step(command: string, args: string[], wanted: string): Promise<void> {
  try {
    await run(command, args);
  } catch (cause) {
    const { stderr } = { stderr: String(cause), ...Object(cause) };
    const call = `${command} ${args.join(' ')}`;
    throw new Error(`The deployment test needs ${wanted}: "${call}" failed:\n${stderr}`, { cause });
  }
}
