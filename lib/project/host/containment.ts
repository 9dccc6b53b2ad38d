import type { Invocation, Slots } from '../../protocol/invocation.ts';
import { Scrubber } from '../../runtime/secrets/scrub.ts';
import type { Handler, HostContext } from '../../runtime/wrapper.ts';
import { containComponents, runContained, runningCall } from './process-hooks.ts';

/** The call of a component in a run, and the lines of its own stack where it threw an error. */
export interface CallPlace {
  readonly step: string;
  readonly component: string;
  readonly attempt: number;
  readonly stack?: readonly string[];
}

/** A component did something that ends a process after its call had ended: its step cannot fail any more, its run can. */
export interface LateFailure {
  readonly error: Error;
  readonly at: CallPlace;
}

/**
 * Runs the components of one run in this process, each as in a process of its own: what would end that process, such as an
 * error in a timer or an exit, fails the call.
 */
export class Containment {
  readonly #release = containComponents();
  readonly #onLate: (failure: LateFailure) => void;
  #isOpen = true;

  /** `onLate` is called for a component that goes on after its call; after {@link close}, a warning takes its place. */
  constructor(onLate: (failure: LateFailure) => void) {
    this.#onLate = onLate;
  }

  /** The function of a component. */
  handlerOf(path: string, handler: Handler): Handler {
    return (invocation, host = {}) => this.#run(path, handler, invocation, host);
  }

  /** The run has ended. */
  close(): void {
    this.#isOpen = false;
    this.#release();
  }

  #run(component: string, handler: Handler, invocation: Invocation, host: HostContext): Promise<Slots> {
    const scrubber = new Scrubber();
    const { step, attempt = 0 } = invocation;
    return new Promise((resolve, reject) => {
      let isRunning = true;
      const settle =
        <T>(end: (value: T) => void) =>
        (value: T): void => {
          isRunning = false;
          end(value);
        };
      const ended = (error: Error): void => {
        const clean = hideSecrets(error, scrubber);
        if (isRunning) settle(reject)(clean);
        else this.#late({ error: clean, at: { step, component, attempt, ...stackOf(clean) } });
      };
      const work = async (): Promise<Slots> => handler(invocation, uncontained(host, scrubber));
      runContained({ ended }, work).then(settle(resolve), settle(reject));
    });
  }

  #late(failure: LateFailure): void {
    if (this.#isOpen) this.#onLate(failure);
    else warnOfLate(failure);
  }
}

/** Says of a component that it went on after its call, and what came of it. */
export const lateMessage = ({ error, at: { step, component } }: LateFailure): string =>
  `step "${step}" had ended when its component ${component} did: ${error.message}.`;

/** Says it where the run has ended too. */
export const warnOfLate = (failure: LateFailure): void =>
  process.emitWarning(`${lateMessage(failure)} Its run had ended before.`);

const stackOf = ({ stack = '' }: Error): Pick<CallPlace, 'stack'> => ({ stack: stack.split('\n') });

/** The error may tell any of the secrets that the component was given. */
function hideSecrets(error: Error, scrubber: Scrubber): Error {
  error.message = scrubber.text(error.message);
  error.stack = scrubber.text(error.stack ?? '');
  return error;
}

/** What the host does for a component is not the component's: an error there is a fault of ours. */
function uncontained({ log, measured, begun, secrets, call, ...host }: HostContext, scrubber: Scrubber): HostContext {
  const outside = <T>(act: () => T): T => runningCall.run(undefined, act);
  return {
    ...host,
    ...(log && { log: (entry) => outside(() => log(entry)) }),
    ...(measured && { measured: (found) => outside(() => measured(found)) }),
    ...(begun && { begun: () => outside(begun) }),
    ...(call && { call: (...asked) => outside(() => call(...asked)) }),
    ...(secrets && {
      secrets: async (name) => {
        const value = await outside(() => secrets(name));
        if (value !== undefined) scrubber.hide(value);
        return value;
      },
    }),
  };
}
