import type { InvokeRequest, MessageFromCall, MessageToCall, ReportedExitReason } from '../../project/host/messages.ts';

/** What a sandbox runs, and its limits. */
export interface SandboxSpec {
  /** The file of the component's bundle, absolute. */
  readonly entry: string;
  /** Memory limit of the whole sandbox in MB. */
  readonly memoryMb: number;
}

/** Messages to a sandbox. It is opened once, then invoked any number of times, one invocation at a time. */
export type MessageToSandbox =
  | ({ readonly type: 'open' } & SandboxSpec)
  | ({ readonly type: 'invoke' } & InvokeRequest)
  | MessageToCall;

/** Messages from a sandbox. */
export type MessageFromSandbox =
  | { readonly type: 'ready' }
  | MessageFromCall
  /** The sandbox exits, together with its current invocation. */
  | { readonly type: 'died'; readonly why: ReportedExitReason; readonly peakBytes: number };
