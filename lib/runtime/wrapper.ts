import type { CallComponent } from '../protocol/call-component.ts';
import { errorText, FlowError, isFlowError, isSkipStep } from '../protocol/errors.ts';
import { type DirectInvocation, type Invocation, parseSlotKey, type Slots } from '../protocol/invocation.ts';
import type { Json } from '../protocol/json.ts';
import { isFault, isMissing, isOperation, isSecret, isSkipped } from '../protocol/markers.ts';
import { type CallMeasured, flowOfExecution } from '../protocol/metrics.ts';
import { isOperationText } from '../protocol/operation.ts';
import type { Segment } from '../protocol/path.ts';
import { CallMeter } from './call-meter.ts';
import type { Component, Context } from './component.ts';
import { type Limits, withDeadline } from './deadline.ts';
import { withMetrics, writesMetrics } from './embedded-metrics.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
import { createLogger, type Logger, type LogOrigin, type LogSink, writeLine } from './logger.ts';
import { NoValue } from './no-value.ts';
import { type OperationAt, project, projectSkipped } from './projection.ts';
import { Scrubber } from './secrets/scrub.ts';
import { scrubbedStore } from './secrets/scrubbed-store.ts';
import { resolveSecrets, type SecretSource, secretPath } from './secrets/secrets.ts';
import { findMarkers, hydrate } from './spill/hydrate.ts';
import { unpack } from './spill/packed.ts';
import { spillSlots } from './spill/spill.ts';
import { blobStore } from './stores/blobs.ts';
import { cacheStore } from './stores/cache.ts';
import { flowFiles } from './stores/files.ts';
import { limitedStore } from './stores/limited-store.ts';
import type { ObjectStore } from './stores/object-store.ts';
import type { StoreUse } from './stores/store-use.ts';
import { toJson } from './to-json.ts';
import { traceCall } from './trace.ts';
import { validate } from './validate.ts';

/** What the host provides with an invocation. Lambda's own context has this type; a local host may provide the rest. */
export interface HostContext {
  /** Identifies the invocation within its execution. */
  readonly id?: string;
  /** Milliseconds until Lambda kills the function. */
  getRemainingTimeInMillis?(): number;
  /** Aborted when the result is no longer needed. */
  readonly signal?: AbortSignal;
  /** The store of blobs and cache. @default the store that the bundle opens */
  readonly store?: ObjectStore;
  /** The values of secret variables. @default the source that the bundle opens */
  readonly secrets?: SecretSource;
  /** The folder of the flow's file. @default the files that ship with the function */
  readonly files?: string;
  /** Receives the log entries. @default lines on standard output */
  readonly log?: LogSink;
  /** Calls other components, for a component that runs flows. */
  readonly call?: CallComponent;
  /** Receives what was measured of the call. @default it is in the log of a deployed function */
  readonly measured?: (measured: CallMeasured) => void;
  /** Milliseconds in which the component was loaded. @default since the start of the process, which is for it alone */
  readonly startupMs?: number;
  /** Called when the component itself begins, with its input complete: from then on its own code may do anything. */
  readonly begun?: () => void;
}

/** A wrapped component, which its function exports as `handler`. Rejects with a {@link FlowError}. */
export type Handler = (invocation: DirectInvocation, host?: HostContext) => Promise<Slots>;

/** Defaults for invocations whose host provides none; `store` is called once, to open the store. */
export interface WrapOptions {
  readonly store: () => ObjectStore;
  /** @default secrets have no values */
  readonly secrets?: SecretSource;
  /** The component's path, for metrics. @default '' */
  readonly path?: string;
  /** Whether the start of the process is that of this component. @default true */
  readonly starts?: boolean;
}

/** Milliseconds before Lambda's timeout at which a step times out, so that the function can still report the error. */
const ANSWER_MARGIN_MS = 200;

const SKIP = Symbol('skip');

/**
 * Wraps a component: resolves the markers in its input, validates input and result, runs it with a deadline, and returns
 * only what is read of its result.
 */
export function wrap(component: Component, options: WrapOptions): Handler {
  let opened: ObjectStore | undefined;
  const ownStore = (): ObjectStore => {
    opened ??= options.store();
    return opened;
  };
  const { path = '', starts = true } = options;
  // The component has just been loaded.
  let startupMs = starts ? performance.now() : undefined;
  return async (invocation, host = {}) => {
    const meter = new CallMeter(
      invocation.step,
      host.store ?? ownStore(),
      startupMs === undefined ? undefined : (host.startupMs ?? startupMs),
    );
    startupMs = undefined;
    const scrubber = new Scrubber();
    scrubber.hide([...(invocation.hidden ?? [])]);
    const log: LogSink = (entry) => (host.log ?? writeLine)(scrubber.entry(entry));
    const origin = originOf(invocation, meter.isCold);
    const context = contextOf(invocation, {
      store: meter.store,
      uses: component.uses ?? [],
      logger: createLogger(origin, log),
      scrubber,
      files: host.files,
      call: host.call,
    });
    const secrets = host.secrets ?? options.secrets ?? noSecrets;
    const report = async (outcome: string, fields: object): Promise<void> => {
      const measured = meter.measured();
      const hasMetrics = !host.measured && writesMetrics();
      const sink: LogSink = hasMetrics ? (entry) => log(withMetrics(entry, path, measured)) : log;
      host.measured?.(measured);
      createLogger(origin, sink).info('invocation', { outcome, durationMs: measured.timeMs, ...fields });
      await traceCall(origin, measured, outcome === 'failed');
    };
    try {
      const slots = await answer(component, invocation, host, { context, secrets, scrubber });
      await report(slots.$skipped === true ? 'skipped' : 'success', {
        resultBytes: Buffer.byteLength(JSON.stringify(slots)),
      });
      return slots;
    } catch (error) {
      const { failureOf } = await loadFailures();
      const failure = failureOf(error, scrubber);
      await report('failed', { code: failure.name, error: failure.message });
      throw failure;
    }
  };
}

const noSecrets: SecretSource = async () => undefined;

type BaseContext = Omit<Context, 'signal'>;

/** The context of one invocation. `scrubber` hides the secrets of the input, once they are resolved. */
interface InvocationContext {
  readonly context: BaseContext;
  readonly secrets: SecretSource;
  readonly scrubber: Scrubber;
}

async function answer(
  component: Component,
  invocation: Invocation,
  host: HostContext,
  invocationContext: InvocationContext,
): Promise<Slots> {
  const { context, scrubber } = invocationContext;
  const reads = invocation.reads ?? [];
  const { travelling = false } = component;
  const input = await resolveInput(invocation, invocationContext, component);
  if (input === SKIP) return projectSkipped(reads);
  const limits = {
    step: context.step,
    ...timeLeft(component, invocation, host),
    ...(host.signal && { signal: host.signal }),
  };
  const running = withDeadline(limits, (signal) => run(component, input, { ...context, signal }, { scrubber, host }));
  const result = await (invocation.covered ? running.catch(renameCoveredFailure) : running);
  if (result === SKIP) return projectSkipped(reads);
  const { spillAbove, fused: attachedWork = [], output = [] } = invocation;
  const isRead = reads.length + attachedWork.length + output.length > 0;
  const json = isRead ? scrubber.json(toJson(result, context.step)) : null;
  const blobIds = attachedWork.length > 0 ? await doAttachedWork(attachedWork, json, context) : undefined;
  const asked = [...reads.map((key) => parseSlotKey(key).path), ...output.map(({ path = '' }) => path)];
  const operationAt = asked.some(isOperationText) ? await loadOperationAt() : undefined;
  if (output.length > 0) await checkOutput(output, json, operationAt);
  const slots = project(json, reads, context.step, { blobIds, travelling, operationAt });
  if (spillAbove === undefined) return slots;
  return spillSlots(slots, spillAbove, context.blobs, travelling ? 'travelling' : 'value');
}

// A function loads what its step has no use for only if another one has: each starts with less.

const loadFailures = () => import('./failures.ts');

async function loadOperationAt(): Promise<OperationAt> {
  const { operationAt } = await import('../protocol/operation-at.ts');
  return operationAt;
}

async function doAttachedWork(
  work: NonNullable<Invocation['fused']>,
  result: Json,
  { step, blobs }: BaseContext,
): Promise<ReadonlyMap<string, string>> {
  const { runAttachedWork } = await import('./attached-work.ts');
  return runAttachedWork(work, result, step, blobs);
}

async function checkOutput(
  reads: NonNullable<Invocation['output']>,
  result: Json,
  operationAt: OperationAt | undefined,
): Promise<void> {
  const check = await import('./check-output.ts');
  check.checkOutput(reads, result, operationAt);
}

/** See `covered` of {@link Invocation}. */
function renameCoveredFailure(error: unknown): never {
  if (!isFlowError(error) || error.code !== 'EXPRESSION_FAILURE') throw error;
  throw new FlowError('COMPONENT_FAILED', error.message, { cause: error });
}

/** The smallest of the times that the component, its step and the function have. */
function timeLeft(component: Component, invocation: Invocation, host: HostContext): Pick<Limits, 'ms' | 'of'> {
  const own = (component.timeout ?? Number.POSITIVE_INFINITY) * 1000;
  const ofStep = (invocation.timeout ?? Number.POSITIVE_INFINITY) * 1000;
  const remaining = (host.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY) - ANSWER_MARGIN_MS;
  const ms = Math.max(0, Math.min(own, ofStep, remaining));
  // A timer of more milliseconds than that would end at once.
  return ms < MOST_TIMER_MS ? { ms, ...(ms === ofStep && { of: 'step' }) } : {};
}

const MOST_TIMER_MS = 2 ** 31;

interface ContextSources {
  readonly store: ObjectStore;
  readonly uses: readonly StoreUse[];
  readonly logger: Logger;
  readonly scrubber: Scrubber;
  readonly files: string | undefined;
  readonly call: CallComponent | undefined;
}

function contextOf(
  invocation: DirectInvocation,
  { store, uses, logger, scrubber, files, call }: ContextSources,
): BaseContext {
  const objects = limitedStore(scrubbedStore(store, scrubber), uses, invocation.step);
  const blobs = blobStore(objects);
  const idempotencyKey = idempotencyKeyOf(invocation);
  return {
    execution: invocation.execution ?? '',
    step: invocation.step,
    attempt: invocation.attempt ?? 0,
    idempotencyKey,
    // The id of a blob is the hash of what is stored.
    blobs: { ...blobs, put: (value) => blobs.put(scrubber.json(value)) },
    cache: cacheStore(objects),
    objects,
    files: flowFiles(files),
    logger,
    ...(call && { call: callFrom(idempotencyKey, call, scrubber) }),
  };
}

/** Where the entries of a call come from. */
function originOf(
  { execution = '', step, attempt = 0, iteration, childExecution }: Invocation,
  isCold: boolean,
): LogOrigin {
  return {
    ...{ flow: flowOfExecution(execution), execution, step, attempt },
    ...(iteration !== undefined && { iteration }),
    ...(childExecution !== undefined && { childExecution }),
    ...(isCold && { coldStart: true }),
  };
}

/**
 * Calls from a component that has the key `key`, of which theirs are made. A component that is called with a secret in its
 * input does not know that it is one unless it is told.
 */
const callFrom =
  (key: string, call: CallComponent, scrubber: Scrubber): CallComponent =>
  (component, invocation, id) => {
    const made = { within: JSON.stringify([key, component, id ?? null]), ...invocation };
    const isTold = scrubber.isIn(JSON.stringify(invocation.input));
    return call(component, isTold ? { ...made, hidden: scrubber.hidden } : made, id);
  };

/** The input as the component gets it. A skipped part takes precedence over a missing one: a skipped step's input is not checked. */
async function resolveInput(
  { step, input: given, secrets: allowed = [] }: Invocation,
  { context, secrets, scrubber }: InvocationContext,
  { travelling = false, unchecked = false }: Component,
): Promise<Json | typeof SKIP> {
  if (travelling && unchecked) return given;
  const input = await unpack(given, context.blobs);
  const markers = findMarkers(input);
  if (markers.some(({ marker }) => isSkipped(marker))) return SKIP;
  const operations = markers.filter(({ marker }) => isOperation(marker));
  for (const { marker, at } of markers) {
    // An operation says itself what becomes of what it lacks.
    if (operations.some((outer) => isInside(at, outer.at))) continue;
    if (isFault(marker) || isMissing(marker)) {
      const computed = isFault(marker) ? { fault: marker.$fault } : { missing: marker.$missing };
      throw (await loadFailures()).withoutValue(step, at, computed);
    }
  }
  if (travelling) return input;
  const paths = markers.flatMap(({ marker }) => (isSecret(marker) ? [marker.$secret] : []));
  const values = await resolveSecrets(
    paths.filter((path) => allowed.includes(secretPath(path).name)),
    secrets,
  );
  for (const value of values.values()) if (!(value instanceof NoValue)) scrubber.hide(value);
  return hydrate(input, context.blobs, values).catch(async (error) => {
    if (!(error instanceof NoValue)) throw error;
    const at = markers.find(({ marker }) => marker === error.of)?.at ?? [];
    throw (await loadFailures()).withoutValue(step, at, error.computed);
  });
}

const isInside = (at: readonly Segment[], outer: readonly Segment[]): boolean =>
  at.length > outer.length && outer.every((segment, depth) => segment === at[depth]);

interface RunOptions {
  readonly scrubber: Scrubber;
  readonly host: HostContext;
}

async function run(
  component: Component,
  input: Json,
  context: Context,
  { scrubber, host }: RunOptions,
): Promise<unknown> {
  const { step } = context;
  const parsed = await validate(input, component.input, (value) => scrubber.any(value));
  if ('problem' in parsed) throw (await loadFailures()).unfitInput(step, parsed);
  try {
    host.begun?.();
    const result = await component.run(parsed.value, context);
    const checked = await validate(result, component.output, (value) => scrubber.any(value)).catch((error) => {
      // The schema's walk failed: of a value that is no JSON, its place says more.
      toJson(result, step);
      throw error;
    });
    if ('problem' in checked) throw (await loadFailures()).unfitResult(step, checked);
    return checked.value;
  } catch (error) {
    if (!isSkipStep(error)) throw error;
    context.logger.info('skipped', { reason: errorText(error).message });
    return SKIP;
  }
}
