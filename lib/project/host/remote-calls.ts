import { FlowError } from '../../protocol/errors.ts';
import type { Slots } from '../../protocol/invocation.ts';
import type { Json } from '../../protocol/json.ts';
import type { HostContext } from '../../runtime/wrapper.ts';
import {
  errorOf,
  type HostRequest,
  type MessageFromCall,
  type MessageToCall,
  type Outcome,
  outcomeOf,
} from './messages.ts';

/** The parts of the host that an invocation in another process can use. */
export type CallHost = Pick<HostContext, 'log' | 'measured' | 'secrets' | 'call' | 'signal'>;

/** An invocation in progress in another process. */
export class RemoteCall {
  /** Resolves with what the component gives; rejects with its error, or with what {@link fail} is called with. */
  readonly answer: Promise<Slots>;
  readonly #host: CallHost;
  readonly #send: (message: MessageToCall) => void;
  #resolve: (slots: Slots) => void = () => {};
  /** Ends it, whatever the component still does. */
  fail: (error: Error) => void = () => {};

  constructor(host: CallHost, send: (message: MessageToCall) => void) {
    this.#host = host;
    this.#send = send;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.fail = reject;
    });
  }

  /** Takes a message of the component. */
  take(message: MessageFromCall): void {
    if (message.type === 'log') this.#host.log?.(message.entry);
    else if (message.type === 'measured') this.#host.measured?.(message.measured);
    else if (message.type === 'ask') void this.#answer(message.question, message.what);
    else if (message.type === 'done') this.#done(message.outcome);
  }

  #done(outcome: Outcome<Slots>): void {
    if (outcome.ok) this.#resolve(outcome.value ?? {});
    else this.fail(errorOf(outcome));
  }

  async #answer(question: number, what: HostRequest): Promise<void> {
    const outcome = await outcomeOf(() => this.#find(what));
    this.#send({ type: 'answer', question, outcome });
  }

  async #find(what: HostRequest): Promise<Json | undefined> {
    const { secrets, call } = this.#host;
    if (what.kind === 'secret') return secrets?.(what.name);
    if (call) return call(what.component, what.invocation, what.id);
    throw new FlowError('COMPONENT_NOT_FOUND', `${what.component} cannot be called from here`);
  }
}

/** The text of the reason of an abort. */
export const reasonOf = ({ reason }: AbortSignal): string =>
  reason instanceof Error ? reason.message : String(reason);
