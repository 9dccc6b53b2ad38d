import { availableParallelism } from 'node:os';
import { DEFAULT_MEMORY_MB } from '../../project/components/requirements.ts';
import type { Folders } from '../../project/folders.ts';
import type { LateFailure } from '../../project/host/containment.ts';
import { MEBIBYTE } from '../../project/host/peak-memory.ts';
import { programFile } from '../../project/host/program.ts';
import type { Invocation, Slots } from '../../protocol/invocation.ts';
import type { CallMeasured } from '../../protocol/metrics.ts';
import type { Handler, HostContext } from '../../runtime/wrapper.ts';
import type { RunnableComponent } from '../ready-flow.ts';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import { Sandbox } from './sandbox.ts';
import { type ComponentUsage, type Usage, UsageMeter } from './usage.ts';

/** Enough processes to use all processors while some wait for I/O; Lambda's default limit is 1,000. */
const DEFAULT_CONCURRENCY = Math.max(8, 4 * availableParallelism());

/** Options of {@link Sandboxes}. */
export interface SandboxesOptions {
  readonly folders: Pick<Folders, 'blobs' | 'bundles'>;
  readonly print: (line: string) => void;
  /** Receives the failures of components that go on after their calls. @default nobody */
  readonly onLate?: (failure: LateFailure) => void;
  /** Maximum number of concurrent calls. @default 4 per processor, at least 8 */
  readonly mostAtOnce?: number;
}

/**
 * Runs components in sandboxes, and measures their resource usage. As on Lambda, a sandbox handles one call at a time and is
 * reused; a new one is started if none is idle.
 */
export class Sandboxes {
  readonly #program: string;
  readonly #options: SandboxesOptions;
  readonly #limit: ConcurrencyLimit;
  readonly #idle = new Map<string, Sandbox[]>();
  readonly #active = new Set<Promise<unknown>>();
  readonly #byComponent = new UsageMeter();
  readonly #byStep = new UsageMeter();
  readonly #memoryMb = new Map<string, number>();

  private constructor(program: string, options: SandboxesOptions) {
    this.#program = program;
    this.#options = options;
    this.#limit = new ConcurrencyLimit(options.mostAtOnce ?? DEFAULT_CONCURRENCY);
  }

  /** Prepares the sandbox program. */
  static async open(options: SandboxesOptions): Promise<Sandboxes> {
    return new Sandboxes(await programFile('sandbox-main'), options);
  }

  /** The function that runs a component in sandboxes. */
  handlerOf(component: RunnableComponent): Handler {
    return async (invocation, host = {}) => {
      const working = this.#run(component, invocation, host);
      const settled = working.catch(() => {});
      this.#active.add(settled);
      void settled.then(() => this.#active.delete(settled));
      return await working;
    };
  }

  /** The usage of each component so far. */
  usage(): readonly ComponentUsage[] {
    return this.#byComponent.entries().map(([component, usage]) => {
      return { component, ...usage, memoryLimitBytes: (this.#memoryMb.get(component) ?? 0) * MEBIBYTE };
    });
  }

  /** The usage of a step so far; undefined if it called nothing. */
  usageOf(step: string): Usage | undefined {
    return this.#byStep.of(step);
  }

  /** Waits for active calls, then ends all sandboxes. */
  async close(): Promise<void> {
    await Promise.all(this.#active);
    for (const sandbox of [...this.#idle.values()].flat()) sandbox.kill();
    this.#idle.clear();
  }

  async #run(component: RunnableComponent, invocation: Invocation, host: HostContext): Promise<Slots> {
    await this.#limit.acquire();
    try {
      host.signal?.throwIfAborted();
      const meters = new UsageMeters([this.#byComponent, component.path], [this.#byStep, invocation.step]);
      meters.called();
      const sandbox = this.#takeIdle(component.path) ?? (await this.#start(component, meters));
      return await this.#invoke(sandbox, component, invocation, host, meters);
    } finally {
      this.#limit.release();
    }
  }

  /** An idle sandbox that is still open: leftover work of a component may have ended it since its last call. */
  #takeIdle(path: string): Sandbox | undefined {
    const [sandbox, ...others] = (this.#idle.get(path) ?? []).filter(({ isOpen }) => isOpen);
    this.#idle.set(path, others);
    return sandbox;
  }

  async #start(
    { path, entry, memorySize: memoryMb = DEFAULT_MEMORY_MB }: RunnableComponent,
    meters: UsageMeters,
  ): Promise<Sandbox> {
    this.#memoryMb.set(path, memoryMb);
    const { folders, print } = this.#options;
    const onLate = (error: Error, { step, attempt = 0 }: Invocation): void =>
      this.#options.onLate?.({ error, at: { step, component: path, attempt } });
    const sandbox = new Sandbox({ program: this.#program, blobs: folders.blobs, print, onLate, entry, memoryMb });
    meters.started(await sandbox.ready);
    return sandbox;
  }

  async #invoke(
    sandbox: Sandbox,
    { path, timeout }: RunnableComponent,
    invocation: Invocation,
    { id, files, log, measured, secrets, call, signal }: HostContext,
    meters: UsageMeters,
  ): Promise<Slots> {
    const given = { invocation, ...(id !== undefined && { id }), ...(files !== undefined && { files }) };
    const host = {
      ...(log && { log }),
      // Its own start-up is that of the process, as on Lambda.
      ...(measured && {
        measured: ({ startupMs, ...found }: CallMeasured) =>
          measured({ ...found, ...(startupMs !== undefined && { startupMs: sandbox.startupMs }) }),
      }),
      ...(secrets && { secrets }),
      // A component that waits for another one frees its slot, so that calls cannot deadlock.
      ...(call && { call: (...asked: Parameters<typeof call>) => this.#limit.whileReleased(() => call(...asked)) }),
      ...(signal && { signal }),
    };
    try {
      return await sandbox.invoke(given, host, timeout);
    } finally {
      if (sandbox.peakBytes > 0) meters.used(sandbox.peakBytes);
      if (sandbox.isOpen) this.#idle.set(path, [...(this.#idle.get(path) ?? []), sandbox]);
    }
  }
}

/** Records the same usage in several meters. */
class UsageMeters {
  readonly #entries: readonly (readonly [UsageMeter, string])[];

  constructor(...entries: readonly (readonly [UsageMeter, string])[]) {
    this.#entries = entries;
  }

  called(): void {
    for (const [meter, key] of this.#entries) meter.called(key);
  }

  started(ms: number): void {
    for (const [meter, key] of this.#entries) meter.started(key, ms);
  }

  used(bytes: number): void {
    for (const [meter, key] of this.#entries) meter.used(key, bytes);
  }
}
