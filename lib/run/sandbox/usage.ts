/** The resource usage of calls in sandboxes. */
export interface Usage {
  readonly calls: number;
  /** Sandboxes started for the calls. */
  readonly starts: number;
  /** The longest start-up of these in milliseconds, including the process, Node and the bundle. Absent if none was started. */
  readonly startupMs?: number;
  /** The peak memory of a sandbox in bytes. Absent if unknown. */
  readonly memoryBytes?: number;
}

/** The resource usage of a component, and its memory limit. */
export interface ComponentUsage extends Usage {
  readonly component: string;
  readonly memoryLimitBytes: number;
}

/** Aggregates the resource usage of calls by key: a component or a step. */
export class UsageMeter {
  readonly #usage = new Map<string, Usage>();

  of(key: string): Usage | undefined {
    return this.#usage.get(key);
  }

  /** In the order of the first calls. */
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
