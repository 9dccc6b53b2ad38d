import type { Folders } from '../project/folders.ts';
import { cancelled } from '../project/host/call-errors.ts';
import type { ComponentHost, HostListener } from '../project/host/component-host.ts';
import { Containment } from '../project/host/containment.ts';
import { hostFor } from '../project/host/hosts.ts';
import type { Invocation, Slots } from '../protocol/invocation.ts';
import type { Handler, HostContext } from '../runtime/wrapper.ts';
import type { RunnableComponent } from './ready-flow.ts';

/** The environment of the components of one run. */
export interface HostedRunOptions extends HostListener {
  readonly folders: Pick<Folders, 'blobs'>;
}

/** A host, and the number of a run in it. */
interface Place {
  readonly host: ComponentHost;
  readonly session: number;
}

/**
 * Runs the components of one run: the built-in ones in this process, all others in a host of components, which is another
 * process. A run has one host; another takes its place where a component has ended it.
 */
export class HostedRun {
  readonly #options: HostedRunOptions;
  readonly #containment: Containment;
  #place: Promise<Place> | undefined;

  constructor(options: HostedRunOptions) {
    this.#options = options;
    this.#containment = new Containment(options.onLate);
  }

  /** The function of a component. */
  handlerOf(component: Omit<RunnableComponent, 'memorySize'>): Handler {
    const { path, handler } = component;
    if (handler) return this.#containment.handlerOf(path, handler);
    return (invocation, host = {}) => this.#invoke(component, invocation, host);
  }

  /** The run has ended: everything that its components printed has arrived. */
  async close(): Promise<void> {
    this.#containment.close();
    const place = await this.#place?.catch(() => undefined);
    await place?.host.close(place.session);
  }

  async #invoke(
    { path, entry, hash, timeout }: Omit<RunnableComponent, 'memorySize'>,
    invocation: Invocation,
    { id, files, ...host }: HostContext,
  ): Promise<Slots> {
    const call = {
      invocation,
      component: { path, entry, hash },
      blobs: this.#options.folders.blobs,
      timeout,
      ...(id !== undefined && { id }),
      ...(files !== undefined && { files }),
    };
    for (;;) {
      const place = await this.#open();
      const slots = await place.host.invoke(place.session, call, host);
      if (slots) return slots;
      if (host.signal?.aborted) throw cancelled(invocation);
    }
  }

  async #open(): Promise<Place> {
    const opened = this.#place;
    const place = await opened?.catch(() => undefined);
    if (place?.host.isOpen) return place;
    // Another call may have found the same, and started the next one.
    if (this.#place === opened) this.#place = this.#start();
    return this.#open();
  }

  async #start(): Promise<Place> {
    const host = await hostFor();
    return { host, session: host.open(this.#options) };
  }
}
