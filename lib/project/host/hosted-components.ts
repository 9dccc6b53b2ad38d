import { pathToFileURL } from 'node:url';
import type { Handler } from '../../runtime/wrapper.ts';
import { runSerially } from '../components/in-turn.ts';
import type { HostedEntry } from './messages.ts';
import { type ContainedCall, runContained } from './process-hooks.ts';

type Exported = Readonly<Record<string, unknown>>;

/** The components that are loaded into this process, each contained. */
export class HostedComponents {
  readonly #loaded = new Map<string, HostedComponent>();
  readonly #onLate: (path: string, error: Error) => void;

  /** `onLate` is called for a component that goes on after it was loaded, while none of its calls is there to fail. */
  constructor(onLate: (path: string, error: Error) => void) {
    this.#onLate = onLate;
  }

  /**
   * Loads a bundle, and returns what it exports. Bundles are loaded one after another, so that one which blocks is known;
   * `onTurn` is called when it is this one's turn.
   */
  load(entry: HostedEntry, onTurn = (): void => {}): Promise<Exported> {
    return runSerially('load', () => {
      onTurn();
      return this.#componentOf(entry).load();
    });
  }

  /** The function of a bundle, which is loaded if it has not been yet: `onTurn` as for {@link load}. */
  async handlerOf(entry: HostedEntry, onTurn?: () => void): Promise<Handler> {
    const component = this.#componentOf(entry);
    const { handler } = component.isLoaded ? await component.load() : await this.load(entry, onTurn);
    return component.guarded(handler as Handler);
  }

  #componentOf({ path, entry, hash }: HostedEntry): HostedComponent {
    const url = `${pathToFileURL(entry).href}?v=${hash}`;
    const known = this.#loaded.get(url) ?? new HostedComponent(url, (error) => this.#onLate(path, error));
    this.#loaded.set(url, known);
    return known;
  }
}

/** A component, and what becomes of work that it began as it was loaded. */
class HostedComponent {
  readonly #url: string;
  readonly #onLate: (error: Error) => void;
  readonly #calls = new Set<(error: Error) => void>();
  #exported: Promise<Exported> | undefined;
  #failure: Error | undefined;
  #startupMs = 0;
  isLoaded = false;

  constructor(url: string, onLate: (error: Error) => void) {
    this.#url = url;
    this.#onLate = onLate;
  }

  load(): Promise<Exported> {
    this.#exported ??= this.#import();
    return this.#exported;
  }

  /** A function whose calls fail by what the module does outside of them, as Lambda ends the process of all. */
  guarded(handler: Handler): Handler {
    return (invocation, host = {}) =>
      new Promise((resolve, reject) => {
        const failure = this.#failure;
        this.#failure = undefined;
        if (failure) return reject(failure);
        this.#calls.add(reject);
        handler(invocation, { ...host, startupMs: this.#startupMs })
          .then(resolve, reject)
          .finally(() => this.#calls.delete(reject));
      });
  }

  async #import(): Promise<Exported> {
    const startMs = performance.now();
    const exported = await new Promise<Exported>((resolve, reject) => {
      const loading: ContainedCall = { ended: (error) => (this.isLoaded ? this.#fail(error) : reject(error)) };
      runContained(loading, () => import(this.#url)).then(
        // A rejection that nobody handles is announced a moment later.
        (module: Exported) => {
          this.#startupMs = performance.now() - startMs;
          setImmediate(resolve, module);
        },
        reject,
      );
    });
    this.isLoaded = true;
    return exported;
  }

  /** Fails the calls in progress; without any, the next one. */
  #fail(error: Error): void {
    if (this.#calls.size === 0) {
      this.#failure ??= error;
      this.#onLate(error);
    }
    for (const fail of this.#calls) fail(error);
  }
}
