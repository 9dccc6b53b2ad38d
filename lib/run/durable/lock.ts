import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isObject } from '../../protocol/json.ts';
import { expectRegularAt } from '../regular-file.ts';

/** The process that has the lock. */
interface Holder {
  readonly pid: number;
  /** Its start time, if the system provides it: process numbers are reused. */
  readonly started: string;
}

/** Takes a lock, which is a file that names the process. Returns undefined, or the number of the process that has it. */
export function lock(file: string): number | undefined {
  expectRegularAt(file);
  const holder = holderOf(file);
  if (holder !== undefined) return holder;
  // The lock of a process that no longer exists.
  rmSync(file, { force: true });
  const mine: Holder = { pid: process.pid, started: startOf(process.pid) ?? '' };
  try {
    writeFileSync(file, JSON.stringify(mine), { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    return holderOf(file) ?? lock(file);
  }
  return undefined;
}

/** Releases a lock. */
export const unlock = (file: string): void => rmSync(file, { force: true });

/** The number of the process that has a lock; undefined if there is none. */
export function holderOf(file: string): number | undefined {
  const holder = read(file);
  return holder && isAlive(holder) ? holder.pid : undefined;
}

function read(file: string): Holder | undefined {
  try {
    expectRegularAt(file);
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (!isObject(value) || typeof value.pid !== 'number') return undefined;
    return { pid: value.pid, started: String(value.started) };
  } catch {
    return undefined; // absent, or only partly written
  }
}

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: the process exists, but belongs to another user.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return startOf(pid) === started;
}

/** The states of a process that has ended, and whose parent has not asked how. Source: proc_pid_stat(5), field 3. */
const ENDED = new Set(['Z', 'X']);

/**
 * The start time of a process in clock ticks since boot, on Linux; elsewhere "". Undefined for one that has ended: in a
 * container whose first process asks nobody how it ended, it keeps its number. Source: proc_pid_stat(5), field 22.
 */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the program's name, may contain spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return ENDED.has(fields[0] ?? '') ? undefined : (fields[19] ?? '');
  } catch {
    return '';
  }
}
