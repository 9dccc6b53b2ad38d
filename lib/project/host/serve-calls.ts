import type { Json } from '../../protocol/json.ts';
import type { Handler, HostContext } from '../../runtime/wrapper.ts';
import {
  errorOf,
  type HostRequest,
  type InvokeRequest,
  type MessageFromCall,
  type MessageToCall,
  type Outcome,
  outcomeOf,
} from './messages.ts';

/** The way to the process that runs the flow. */
export interface Port {
  readonly send: (message: MessageFromCall) => void;
  /** Whether waiting for its messages keeps this process, or thread, going. */
  readonly hold: (isHeld: boolean) => void;
}

/** Runs components in the process, or thread, that they have been given: any number of calls at once. */
export class CallServer {
  readonly #port: Port;
  readonly #running = new Map<number, AbortController>();
  readonly #asked = new Map<number, (outcome: Outcome) => void>();
  #questions = 0;

  constructor(port: Port) {
    this.#port = port;
  }

  /** Aborts a call, or answers what it asked. */
  take(message: MessageToCall): void {
    if (message.type === 'abort') this.#running.get(message.call)?.abort(new Error(message.reason));
    else this.#answered(message.question, message.outcome);
  }

  /** Runs `find`'s function, and sends how that ended. `find` is given what to call if it runs the component's own code. */
  async invoke(
    { call, invocation, id, files }: InvokeRequest,
    find: (begun: () => void) => Promise<Handler>,
  ): Promise<void> {
    const running = new AbortController();
    this.#running.set(call, running);
    this.#hold();
    const begun = (): void => this.#port.send({ type: 'begun', call });
    const host: HostContext = {
      begun,
      signal: running.signal,
      log: (entry) => this.#port.send({ type: 'log', call, entry }),
      measured: (measured) => this.#port.send({ type: 'measured', call, measured }),
      secrets: (name) => this.#ask(call, { kind: 'secret', name }),
      call: async (component, asked, askedId) => {
        const what = { kind: 'call', component, invocation: asked, ...(askedId !== undefined && { id: askedId }) };
        // A component's answer is always an object.
        return Object((await this.#ask(call, what as HostRequest)) ?? {});
      },
      ...(id !== undefined && { id }),
      ...(files !== undefined && { files }),
    };
    const outcome = await outcomeOf(async () => (await find(begun))(invocation, host));
    this.#running.delete(call);
    this.#hold();
    this.#port.send({ type: 'done', call, outcome });
  }

  #answered(question: number, outcome: Outcome): void {
    this.#asked.get(question)?.(outcome);
    this.#asked.delete(question);
    this.#hold();
  }

  /** A component that waits for what never comes lets the process end, or the thread, as it would on Lambda. */
  #hold(): void {
    this.#port.hold(this.#running.size === 0 || this.#asked.size > 0);
  }

  #ask(call: number, what: HostRequest): Promise<Json | undefined> {
    const question = this.#questions++;
    return new Promise((resolve, reject) => {
      this.#asked.set(question, (outcome) => {
        if (outcome.ok) resolve(outcome.value);
        else reject(errorOf(outcome));
      });
      this.#hold();
      this.#port.send({ type: 'ask', call, question, what });
    });
  }
}
