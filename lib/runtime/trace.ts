import type { CallMeasured } from '../protocol/metrics.ts';
import type { LogOrigin } from './logger.ts';

/** Where the daemon of AWS X-Ray takes segments on Lambda: `address:port`. */
const DAEMON_VARIABLE = 'AWS_XRAY_DAEMON_ADDRESS';

/** The trace of the current call: `Root=1-…;Parent=…;Sampled=1`. */
const TRACE_VARIABLE = '_X_AMZN_TRACE_ID';

/**
 * Tells X-Ray what step a call is of, so that traces can be searched by `annotation.step`. Only where the trace is sampled: what
 * sends it is loaded then. Source: "Sending segment documents to the X-Ray daemon", AWS X-Ray developer guide.
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
  const { sendSegment } = await import('./trace-segment.ts');
  await sendSegment(origin, { root: Root, parent: Parent, endMs, timeMs, failed }, { address, port: Number(port) });
}
