import { pathToFileURL } from 'node:url';
import type { MessagePort } from 'node:worker_threads';
import type { Json } from '../../protocol/json.ts';
import type { Handler, HostContext } from '../../runtime/wrapper.ts';
import {
  errorOf,
  type HostRequest,
  type InvokeRequest,
  type MessageFromSandbox,
  type MessageToSandbox,
  type Outcome,
  outcomeOf,
} from './messages.ts';

/** Runs in the worker thread of a sandbox: loads the bundle, and runs the component at each invocation. */
export async function serveComponent(entry: string, port: MessagePort): Promise<void> {
  // Stacks must show the lines of the component's source, not of its bundle.
  process.setSourceMapsEnabled(true);
  const bundle: { readonly handler: Handler } = await import(pathToFileURL(entry).href);
  const component = new ComponentServer(bundle.handler, port);
  port.on('message', (message: MessageToSandbox) => component.take(message));
  port.postMessage({ type: 'ready' } satisfies MessageFromSandbox);
}

class ComponentServer {
  readonly #handler: Handler;
  readonly #port: MessagePort;
  #running = new AbortController();
  readonly #asked = new Map<number, (outcome: Outcome) => void>();
  #questions = 0;

  constructor(handler: Handler, port: MessagePort) {
    this.#handler = handler;
    this.#port = port;
  }

  take(message: MessageToSandbox): void {
    if (message.type === 'invoke') void this.#invoke(message);
    else if (message.type === 'abort') this.#running.abort(new Error(message.reason));
    else if (message.type === 'answer') {
      this.#asked.get(message.question)?.(message.outcome);
      this.#asked.delete(message.question);
      if (this.#asked.size === 0) this.#port.unref();
    }
  }

  async #invoke({ invocation, id, files }: InvokeRequest): Promise<void> {
    this.#running = new AbortController();
    const host: HostContext = {
      signal: this.#running.signal,
      log: (entry) => this.#send({ type: 'log', entry }),
      secrets: (name) => this.#ask({ kind: 'secret', name }),
      call: async (component, invocation, id) =>
        // A component's answer is always an object.
        Object((await this.#ask({ kind: 'call', component, invocation, ...(id !== undefined && { id }) })) ?? {}),
      ...(id !== undefined && { id }),
      ...(files !== undefined && { files }),
    };
    // A component that waits for what never comes lets the thread end, as it would let its process.
    this.#port.unref();
    const outcome = await outcomeOf(() => this.#handler(invocation, host));
    this.#port.ref();
    this.#send({ type: 'done', outcome, peakBytes: 0 });
  }

  #send(message: MessageFromSandbox): void {
    this.#port.postMessage(message);
  }

  #ask(what: HostRequest): Promise<Json | undefined> {
    const question = this.#questions++;
    this.#port.ref();
    return new Promise((resolve, reject) => {
      this.#asked.set(question, (outcome) => {
        if (outcome.ok) resolve(outcome.value);
        else reject(errorOf(outcome));
      });
      this.#send({ type: 'ask', question, what });
    });
  }
}
