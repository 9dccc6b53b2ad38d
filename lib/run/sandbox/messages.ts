import type { Invocation, Slots } from '../../protocol/invocation.ts';
import type { Json } from '../../protocol/json.ts';
import type { LogEntry } from '../../runtime/logger.ts';
import type { ExitReason } from './child.ts';

/** What a sandbox runs, and its limits. */
export interface SandboxSpec {
  /** The file of the component's bundle, absolute. */
  readonly entry: string;
  /** Memory limit of the whole sandbox in MB. */
  readonly memoryMb: number;
}

/** One invocation of the component. */
export interface InvokeRequest {
  readonly invocation: Invocation;
  /** As in the wrapper's HostContext. */
  readonly id?: string;
  readonly files?: string;
}

/** Messages to a sandbox. It is opened once, then invoked any number of times, one invocation at a time. */
export type MessageToSandbox =
  | ({ readonly type: 'open' } & SandboxSpec)
  | ({ readonly type: 'invoke' } & InvokeRequest)
  | { readonly type: 'abort'; readonly reason: string }
  | { readonly type: 'answer'; readonly question: number; readonly outcome: Outcome };

/** Messages from a sandbox. */
export type MessageFromSandbox =
  | { readonly type: 'ready' }
  | { readonly type: 'log'; readonly entry: LogEntry }
  | { readonly type: 'ask'; readonly question: number; readonly what: HostRequest }
  /** The invocation has ended. `peakBytes`: the peak memory of the sandbox so far. */
  | { readonly type: 'done'; readonly outcome: Outcome<Slots>; readonly peakBytes: number }
  /** The sandbox exits, together with its current invocation. */
  | { readonly type: 'died'; readonly why: ReportedExitReason };

/** Why a sandbox exits by itself: memory limit exceeded, process exited by the component, or uncaught error. */
export type ReportedExitReason = { readonly kind: 'memory' } | Exclude<ExitReason, string>;

/** A request to the process that runs the flow. */
export type HostRequest =
  | { readonly kind: 'secret'; readonly name: string }
  | { readonly kind: 'call'; readonly component: string; readonly invocation: Invocation; readonly id?: string };

/** The outcome of an operation as a message: an optional value, or an error. */
export type Outcome<T extends Json = Json> =
  | { readonly ok: true; readonly value?: T }
  | { readonly ok: false; readonly name: string; readonly message: string; readonly stack: string };

/** Runs an operation and returns its outcome. */
export async function outcomeOf<T extends Json>(work: () => Promise<T | undefined>): Promise<Outcome<T>> {
  try {
    const value = await work();
    return { ok: true, ...(value !== undefined && { value }) };
  } catch (thrown) {
    const { name, message, stack = '' } = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { ok: false, name, message, stack };
  }
}

/** Rebuilds an error from its message. */
export const errorOf = ({ name, message, stack }: Extract<Outcome, { ok: false }>): Error =>
  Object.assign(new Error(message), { name, stack });
