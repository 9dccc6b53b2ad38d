import { readFileSync } from 'node:fs';

/**
 * Whether a process runs. One that has ended keeps its number until its parent asks how: where the parent has ended too, that
 * is the first process of the machine or container, which may do so late, or never.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !isZombie(pid);
}

/** On Linux; false elsewhere. Source: proc_pid_stat(5), field 3. */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the program's name, may contain spaces and parentheses.
    return 'ZX'.includes(stat.slice(stat.lastIndexOf(')') + 2).charAt(0));
  } catch {
    return false;
  }
}
