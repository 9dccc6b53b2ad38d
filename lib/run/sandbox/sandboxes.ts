import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_MEMORY_MB } from '../../project/components/requirements.ts';
import type { Folders } from '../../project/folders.ts';
import type { Invocation, Slots } from '../../protocol/invocation.ts';
import type { Handler, HostContext } from '../../runtime/wrapper.ts';
import type { RunnableComponent } from '../ready-flow.ts';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import { MEBIBYTE } from './peak-memory.ts';
import { sandboxProgram } from './program.ts';
import { Sandbox } from './sandbox.ts';
import { type ComponentUsage, type Usage, UsageMeter } from './usage.ts';

/** As many processes as keep a machine busy, and some that wait for others; Lambda would take a thousand. */
const MOST_AT_WORK = Math.max(8, 4 * availableParallelism());

/** Where sandboxes get what they need from, and where goes what their components print. */
export interface SandboxesOptions {
  readonly folders: Pick<Folders, 'blobs' | 'bundles'>;
  readonly print: (line: string) => void;
  /** How many calls go on at once; further ones wait. @default 4 a processor, and 8 at least */
  readonly mostAtOnce?: number;
}

/**
 * Runs components in sandboxes, and keeps account of what they need. As on Lambda, a sandbox does one call at a time and
 * is used again by the next one; a call that finds none free has one started.
 */
export class Sandboxes {
  readonly #program: string;
  readonly #options: SandboxesOptions;
  readonly #turns: ConcurrencyLimit;
  readonly #idle = new Map<string, Sandbox[]>();
  readonly #atWork = new Set<Promise<unknown>>();
  readonly #byComponent = new UsageMeter();
  readonly #bySteps = new UsageMeter();
  readonly #memoryMb = new Map<string, number>();

  private constructor(program: string, options: SandboxesOptions) {
    this.#program = program;
    this.#options = options;
    this.#turns = new ConcurrencyLimit(options.mostAtOnce ?? MOST_AT_WORK);
  }

  /** Makes ready to start sandboxes. */
  static async open(options: SandboxesOptions): Promise<Sandboxes> {
    return new Sandboxes(await sandboxProgram(join(options.folders.bundles, '.cache')), options);
  }

  /** The function that runs a component in sandboxes. */
  handlerOf(component: RunnableComponent): Handler {
    return async (invocation, host = {}) => {
      const working = this.#run(component, invocation, host);
      const settled = working.catch(() => {});
      this.#atWork.add(settled);
      void settled.then(() => this.#atWork.delete(settled));
      return await working;
    };
  }

  /** What each component needed so far. */
  usage(): readonly ComponentUsage[] {
    return this.#byComponent.entries().map(([component, usage]) => {
      return { component, ...usage, memoryLimitBytes: (this.#memoryMb.get(component) ?? 0) * MEBIBYTE };
    });
  }

  /** What a step needed so far; undefined where it called nothing. */
  usageOf(step: string): Usage | undefined {
    return this.#bySteps.of(step);
  }

  /** Ends all sandboxes, those at work once their components have stopped or had their time to. */
  async close(): Promise<void> {
    await Promise.all(this.#atWork);
    for (const sandbox of [...this.#idle.values()].flat()) sandbox.kill();
    this.#idle.clear();
  }

  async #run(component: RunnableComponent, invocation: Invocation, host: HostContext): Promise<Slots> {
    await this.#turns.acquire();
    try {
      host.signal?.throwIfAborted();
      const account = new UsageMeters([this.#byComponent, component.path], [this.#bySteps, invocation.step]);
      account.called();
      const sandbox = this.#takeIdle(component.path) ?? (await this.#start(component, account));
      return await this.#invoke(sandbox, component, invocation, host, account);
    } finally {
      this.#turns.release();
    }
  }

  /** One that is free; what a component left behind may have ended it since its last call. */
  #takeIdle(path: string): Sandbox | undefined {
    const [sandbox, ...others] = (this.#idle.get(path) ?? []).filter(({ isOpen }) => isOpen);
    this.#idle.set(path, others);
    return sandbox;
  }

  async #start(
    { path, entry, memorySize: memoryMb = DEFAULT_MEMORY_MB }: RunnableComponent,
    account: UsageMeters,
  ): Promise<Sandbox> {
    this.#memoryMb.set(path, memoryMb);
    const { folders, print } = this.#options;
    const sandbox = new Sandbox({ program: this.#program, blobs: folders.blobs, print, entry, memoryMb });
    account.started(await sandbox.ready);
    return sandbox;
  }

  async #invoke(
    sandbox: Sandbox,
    { path, timeout }: RunnableComponent,
    invocation: Invocation,
    { id, files, log, secrets, call, signal }: HostContext,
    account: UsageMeters,
  ): Promise<Slots> {
    const given = { invocation, ...(id !== undefined && { id }), ...(files !== undefined && { files }) };
    const host = {
      ...(log && { log }),
      ...(secrets && { secrets }),
      // While it waits for another component, that one may have its turn.
      ...(call && { call: (...asked: Parameters<typeof call>) => this.#turns.whileReleased(() => call(...asked)) }),
      ...(signal && { signal }),
    };
    try {
      return await sandbox.invoke(given, host, timeout);
    } finally {
      if (sandbox.peakBytes > 0) account.used(sandbox.peakBytes);
      if (sandbox.isOpen) this.#idle.set(path, [...(this.#idle.get(path) ?? []), sandbox]);
    }
  }
}

/** Notes the same in several books. */
class UsageMeters {
  readonly #entries: readonly (readonly [UsageMeter, string])[];

  constructor(...entries: readonly (readonly [UsageMeter, string])[]) {
    this.#entries = entries;
  }

  called(): void {
    for (const [book, key] of this.#entries) book.called(key);
  }

  started(ms: number): void {
    for (const [book, key] of this.#entries) book.started(key, ms);
  }

  used(bytes: number): void {
    for (const [book, key] of this.#entries) book.used(key, bytes);
  }
}
