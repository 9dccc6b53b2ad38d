import type { Invocation, Slots } from '../../protocol/invocation.ts';
import type { Json } from '../../protocol/json.ts';
import type { LogEntry } from '../../runtime/logger.ts';
import type { ExitReason } from './child.ts';

/** What a sandbox runs, and within which limits. */
export interface SandboxSpec {
  /** The file of the component's bundle, absolute. */
  readonly entry: string;
  /** MB that the sandbox may use, all in all. */
  readonly memoryMb: number;
}

/** One invocation of the component. */
export interface InvokeRequest {
  readonly invocation: Invocation;
  /** As in the wrapper's HostContext. */
  readonly id?: string;
  readonly files?: string;
}

/** Into a sandbox. It is opened once, then invoked any number of times, one after another. */
export type MessageToSandbox =
  | ({ readonly type: 'open' } & SandboxSpec)
  | ({ readonly type: 'invoke' } & InvokeRequest)
  | { readonly type: 'abort'; readonly reason: string }
  | { readonly type: 'answer'; readonly question: number; readonly outcome: Outcome };

/** Out of a sandbox. */
export type MessageFromSandbox =
  | { readonly type: 'ready' }
  | { readonly type: 'log'; readonly entry: LogEntry }
  | { readonly type: 'ask'; readonly question: number; readonly what: HostRequest }
  /** The invocation has ended. `peakBytes`: the most memory that the sandbox has had in use so far. */
  | { readonly type: 'done'; readonly outcome: Outcome<Slots>; readonly peakBytes: number }
  /** The sandbox ends, and whatever it was doing with it. */
  | { readonly type: 'died'; readonly why: ReportedExitReason };

/** Why a sandbox has ended: it used too much memory; its component ended the process, or threw where nobody catches. */
export type ReportedExitReason = { readonly kind: 'memory' } | Exclude<ExitReason, string>;

/** What only the process that runs the flow knows or can do. */
export type HostRequest =
  | { readonly kind: 'secret'; readonly name: string }
  | { readonly kind: 'call'; readonly component: string; readonly invocation: Invocation; readonly id?: string };

/** A value, or none, or an error, by what a state machine and a user see of it. */
export type Outcome<T extends Json = Json> =
  | { readonly ok: true; readonly value?: T }
  | { readonly ok: false; readonly name: string; readonly message: string; readonly stack: string };

/** How something went, ready to travel. */
export async function outcomeOf<T extends Json>(work: () => Promise<T | undefined>): Promise<Outcome<T>> {
  try {
    const value = await work();
    return { ok: true, ...(value !== undefined && { value }) };
  } catch (thrown) {
    const { name, message, stack = '' } = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { ok: false, name, message, stack };
  }
}

/** An error that has travelled. */
export const errorOf = ({ name, message, stack }: Extract<Outcome, { ok: false }>): Error =>
  Object.assign(new Error(message), { name, stack });
