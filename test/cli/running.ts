import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as later } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const STEPFLOW = fileURLToPath(new URL('../../bin/stepflow.js', import.meta.url));

/** Starts the command line for real, in a process of its own. */
export function stepflow(argv: readonly string[], cwd: string, given: NodeJS.ProcessEnv = process.env): Running {
  const { NODE_OPTIONS: _, ...env } = given;
  return new Running(spawn(process.execPath, [STEPFLOW, ...argv], { cwd, env }));
}

/** A process that may be killed. */
export class Running {
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  #stdout = '';
  #stderr = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#exit = once(child, 'close');
    child.stdout?.on('data', (chunk) => (this.#stdout += chunk));
    child.stderr?.on('data', (chunk) => (this.#stderr += chunk));
  }

  get isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async until(holds: () => boolean): Promise<void> {
    while (!this.isOver && !holds()) await Promise.race([later(1), this.#exit]);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async end() {
    await this.#exit;
    return { code: this.#child.exitCode, stdout: this.#stdout, stderr: this.#stderr };
  }
}
