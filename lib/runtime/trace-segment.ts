import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import type { LogOrigin } from './logger.ts';

let socket: Socket | undefined;

/** A call in a trace: the ids of the trace and of the function's segment, when the call ended and what it took, in milliseconds. */
export interface TracedCall {
  readonly root: string;
  readonly parent: string;
  readonly endMs: number;
  readonly timeMs: number;
  readonly failed: boolean;
}

/**
 * Sends X-Ray's daemon a subsegment of the function's own segment, which nobody but Lambda can write to; a loss is none of the
 * call's. Source: "Using AWS X-Ray segment documents", AWS X-Ray developer guide.
 */
export async function sendSegment(
  origin: LogOrigin,
  { root, parent, endMs, timeMs, failed }: TracedCall,
  { address, port }: { readonly address: string; readonly port: number },
): Promise<void> {
  const { flow, execution, step, attempt, iteration, coldStart = false } = origin;
  const segment = {
    name: step.replace(/[^\p{L}\p{N}\s_.:/%&#=+\\\-@]/gu, '_').slice(0, 200),
    id: randomBytes(8).toString('hex'),
    type: 'subsegment',
    trace_id: root,
    parent_id: parent,
    start_time: (endMs - timeMs) / 1000,
    end_time: endMs / 1000,
    ...(failed && { fault: true }),
    annotations: {
      flow,
      execution,
      step,
      attempt,
      cold_start: coldStart,
      ...(iteration !== undefined && { iteration }),
    },
  };
  const text = `{"format":"json","version":1}\n${JSON.stringify(segment)}`;
  socket ??= createSocket('udp4')
    .on('error', () => {})
    .unref();
  // Lambda may stop the process as soon as the call has its answer.
  await new Promise((sent) => socket?.send(text, port, address, sent));
}
