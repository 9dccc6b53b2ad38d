import type { SFNClient } from '@aws-sdk/client-sfn';
import { LIVE_ALIAS } from '../../lib/protocol/deployed.ts';
import type { BlobStore, InputBudget, Json } from '../../lib/runtime/index.ts';
import { Problem } from './problem.ts';

/** A deployed flow, as the function knows it. */
export interface DeployedFlow {
  readonly stateMachineArn: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly inputSchema?: Json;
  readonly inputBudget: InputBudget;
}

/** What starting and describing executions needs. */
export interface Services {
  readonly flows: { readonly [name: string]: DeployedFlow };
  readonly sfn: Pick<SFNClient, 'send'>;
  readonly blobs: Pick<BlobStore, 'get' | 'put'>;
  /** Resolves after `ms` milliseconds, or rejects once `signal` is aborted. */
  readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** Executions are started with the version that the latest deployment published, or during a gradual one the previous one. */
export const startArnOf = ({ stateMachineArn }: DeployedFlow): string => `${stateMachineArn}:${LIVE_ALIAS}`;

/** The ARN of a Standard execution, which names neither version nor alias. */
export const executionArnOf = ({ stateMachineArn }: DeployedFlow, id: string): string =>
  `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${id}`;

/** A flow by its name, which a path may still have percent-encoded. @throws Problem */
export function findFlow(flows: Services['flows'], written: string): DeployedFlow & { readonly name: string } {
  for (const name of [written, percentDecoded(written)]) {
    const flow = Object.hasOwn(flows, name) ? flows[name] : undefined;
    if (flow) return { ...flow, name };
  }
  const known = Object.keys(flows).map((flow) => `"${flow}"`);
  throw new Problem('FLOW_NOT_FOUND', `There is no flow "${written}"; there are ${known.join(', ') || 'none'}`);
}

/** The text that a segment of a path encodes; the text itself where that is nothing. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
