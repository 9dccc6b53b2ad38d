import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import type { CallMeasured } from '../protocol/metrics.ts';
import type { LogOrigin } from './logger.ts';

/** Where the daemon of AWS X-Ray takes segments on Lambda: `address:port`. */
const DAEMON_VARIABLE = 'AWS_XRAY_DAEMON_ADDRESS';

/** The trace of the current call: `Root=1-…;Parent=…;Sampled=1`. */
const TRACE_VARIABLE = '_X_AMZN_TRACE_ID';

let socket: Socket | undefined;

/**
 * Tells X-Ray what step a call is of, in a subsegment of the function's own segment, which nobody but Lambda can write to: traces
 * can then be searched by `annotation.step`. Only where the trace is sampled; a loss is none of the call's. Sources: "Using AWS
 * X-Ray segment documents" and "Sending segment documents to the X-Ray daemon", AWS X-Ray developer guide.
 */
export async function traceCall(
  origin: LogOrigin,
  { timeMs }: CallMeasured,
  failed: boolean,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const [, address, port] = /^(.+):(\d+)$/.exec(env[DAEMON_VARIABLE] ?? '') ?? [];
  const { Root, Parent, Sampled } = Object.fromEntries(
    (env[TRACE_VARIABLE] ?? '').split(';').map((part) => part.split('=', 2)),
  );
  if (!address || !Root || !Parent || Sampled !== '1') return;
  const endMs = Date.now();
  const { flow, execution, step, attempt, iteration, coldStart = false } = origin;
  const segment = {
    name: step.replace(/[^\p{L}\p{N}\s_.:/%&#=+\\\-@]/gu, '_').slice(0, 200),
    id: randomBytes(8).toString('hex'),
    type: 'subsegment',
    trace_id: Root,
    parent_id: Parent,
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
  await new Promise((sent) => socket?.send(text, Number(port), address, sent));
}
