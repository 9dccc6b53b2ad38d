/** What calls in sandboxes needed. */
export interface Usage {
  readonly calls: number;
  /** Sandboxes that had to be started for them. */
  readonly starts: number;
  /** The longest start-up of these, in milliseconds: of the process, of Node, of the bundle. Absent where none was started. */
  readonly startupMs?: number;
  /** The most memory that one of the sandboxes had in use, in bytes. Absent where that is not known of any. */
  readonly memoryBytes?: number;
}

/** What the calls of a component needed, and what it may use. */
export interface ComponentUsage extends Usage {
  readonly component: string;
  readonly memoryLimitBytes: number;
}

/** Adds up what calls need, by component or by step. */
export class UsageMeter {
  readonly #usage = new Map<string, Usage>();

  of(key: string): Usage | undefined {
    return this.#usage.get(key);
  }

  /** In the order in which they were first called. */
  entries(): readonly (readonly [string, Usage])[] {
    return [...this.#usage];
  }

  called(key: string): void {
    const { calls, ...before } = this.#before(key);
    this.#usage.set(key, { ...before, calls: calls + 1 });
  }

  started(key: string, ms: number): void {
    const { starts, startupMs = 0, ...before } = this.#before(key);
    this.#usage.set(key, { ...before, starts: starts + 1, startupMs: Math.max(startupMs, Math.round(ms)) });
  }

  used(key: string, bytes: number): void {
    const { memoryBytes = 0, ...before } = this.#before(key);
    this.#usage.set(key, { ...before, memoryBytes: Math.max(memoryBytes, bytes) });
  }

  #before(key: string): Usage {
    return this.#usage.get(key) ?? { calls: 0, starts: 0 };
  }
}
