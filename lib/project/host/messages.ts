import type { Diagnostic } from '../../diagnostics/diagnostics.ts';
import { type ErrorText, errorText } from '../../protocol/errors.ts';
import type { Invocation, Slots } from '../../protocol/invocation.ts';
import type { Json } from '../../protocol/json.ts';
import type { CallMeasured } from '../../protocol/metrics.ts';
import type { LogEntry } from '../../runtime/logger.ts';
import type { Bundle } from '../components/bundle.ts';
import type { ComponentDeclaration } from '../components/load.ts';
import type { ExitReason } from './child.ts';
import type { CallPlace } from './containment.ts';

/** One invocation of a component in another process. */
export interface InvokeRequest {
  /** Identifies the invocation among those of the process. */
  readonly call: number;
  readonly invocation: Invocation;
  /** As in the wrapper's HostContext. */
  readonly id?: string;
  readonly files?: string;
}

/** Messages about an invocation, to the process that the component runs in. */
export type MessageToCall =
  | { readonly type: 'abort'; readonly call: number; readonly reason: string }
  | { readonly type: 'answer'; readonly question: number; readonly outcome: Outcome };

/** Messages about an invocation, from the process that the component runs in. */
export type MessageFromCall =
  /** Its component's own code begins: to load, or to run. */
  | { readonly type: 'begun'; readonly call: number }
  | { readonly type: 'log'; readonly call: number; readonly entry: LogEntry }
  | { readonly type: 'measured'; readonly call: number; readonly measured: CallMeasured }
  | { readonly type: 'ask'; readonly call: number; readonly question: number; readonly what: HostRequest }
  /** It has ended. `peakBytes`: the peak memory of its sandbox so far. */
  | { readonly type: 'done'; readonly call: number; readonly outcome: Outcome<Slots>; readonly peakBytes?: number };

/** A request to the process that runs the flow. */
export type HostRequest =
  | { readonly kind: 'secret'; readonly name: string }
  | { readonly kind: 'call'; readonly component: string; readonly invocation: Invocation; readonly id?: string };

/** Why a process exits by itself: memory limit exceeded, process exited by the component, or uncaught error. */
export type ReportedExitReason = { readonly kind: 'memory' } | Exclude<ExitReason, string>;

/** What a host needs of a bundle to load it, and to say what is wrong with its component. */
export type HostedBundle = Pick<Bundle, 'component' | 'entry' | 'hash'>;

/** What a host needs of a bundle to call its component, whose path is `path`. */
export type HostedEntry = Pick<Bundle, 'entry' | 'hash'> & { readonly path: string };

/** An invocation in a host of components. */
export interface HostedInvoke extends InvokeRequest {
  /** The run that it belongs to. */
  readonly session: number;
  readonly component: HostedEntry;
  /** The folder of the blobs. */
  readonly blobs: string;
}

/** Messages to a host of components. */
export type MessageToHost =
  | { readonly type: 'load'; readonly load: number; readonly bundle: HostedBundle }
  | ({ readonly type: 'invoke' } & HostedInvoke)
  | MessageToCall
  /** Asks for a {@link Pong}. `mark`: what to write on its output first. */
  | { readonly type: 'ping'; readonly mark: string };

/** The answer to a ping: everything that was said or printed before has arrived. */
export interface Pong {
  readonly mark: string;
  /** On how many streams the mark was written: a component may have closed one. */
  readonly marked: number;
  /** Whether a component has left timers behind. */
  readonly hasTimers: boolean;
}

/** Messages from a host of components. */
export type MessageFromHost =
  /** It has started. */
  | { readonly type: 'ready' }
  | MessageFromCall
  /** Loads are made one after another: now it is this one's turn. */
  | { readonly type: 'loading'; readonly load: number }
  | { readonly type: 'loaded'; readonly load: number; readonly outcome: ComponentDeclaration | Diagnostic }
  | ({ readonly type: 'pong' } & Pong)
  /** A component did what ends a process after its call. `session`: that of the call. */
  | { readonly type: 'late'; readonly session: number; readonly error: ErrorText; readonly at: CallPlace }
  /** A component did what ends a process since it was loaded, outside of any call. */
  | { readonly type: 'stray'; readonly component: string; readonly error: ErrorText }
  /** The host exits, together with all that runs in it. */
  | { readonly type: 'died'; readonly why: ReportedExitReason };

/** The outcome of an operation as a message: an optional value, or an error. */
export type Outcome<T extends Json = Json> =
  | { readonly ok: true; readonly value?: T }
  | ({ readonly ok: false } & ErrorText);

/** Runs an operation and returns its outcome. */
export async function outcomeOf<T extends Json>(work: () => Promise<T | undefined>): Promise<Outcome<T>> {
  try {
    const value = await work();
    return { ok: true, ...(value !== undefined && { value }) };
  } catch (thrown) {
    return { ok: false, ...errorText(thrown) };
  }
}

/** Rebuilds an error from its message. */
export const errorOf = ({ name, message, stack }: ErrorText): Error =>
  Object.assign(new Error(message), { name, stack });
