import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isObject } from '../../protocol/json.ts';

/** The process that a run is in progress in. */
interface Holder {
  readonly pid: number;
  /** When it was started, where the system tells: another process may have the same number later. */
  readonly started: string;
}

/** Takes a lock, a file with the process in it; gives undefined, or the number of the process that has it. */
export function lock(file: string): number | undefined {
  const holder = holderOf(file);
  if (holder !== undefined) return holder;
  // That of a process that is gone.
  rmSync(file, { force: true });
  const mine: Holder = { pid: process.pid, started: startOf(process.pid) };
  try {
    writeFileSync(file, JSON.stringify(mine), { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    return holderOf(file) ?? lock(file);
  }
  return undefined;
}

/** Gives a lock back. */
export const unlock = (file: string): void => rmSync(file, { force: true });

/** The process that has a lock; undefined where there is none any more. */
export function holderOf(file: string): number | undefined {
  const holder = read(file);
  return holder && isAlive(holder) ? holder.pid : undefined;
}

function read(file: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (!isObject(value) || typeof value.pid !== 'number') return undefined;
    return { pid: value.pid, started: String(value.started) };
  } catch {
    return undefined; // absent, or broken off while it was written
  }
}

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // A process of another user is alive too.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return startOf(pid) === started;
}

/** The start of a process in ticks since the machine's, on Linux; elsewhere "". Source: proc_pid_stat(5), field 22. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the program's name, may hold blanks and brackets.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
