import type { CallComponent } from '../protocol/call-component.ts';
import { formatPlace } from '../protocol/describe.ts';
import { FlowError, isFlowError, isSkipStep, shortened, toFlowError } from '../protocol/errors.ts';
import { stackWith, takePlace } from '../protocol/failure-place.ts';
import type { Invocation, Slots } from '../protocol/invocation.ts';
import type { Json } from '../protocol/json.ts';
import { isMissing, isSecret, isSkipped } from '../protocol/markers.ts';
import { runAttachedWork } from './attached-work.ts';
import { checkOutput } from './check-output.ts';
import type { Component, Context } from './component.ts';
import { withDeadline } from './deadline.ts';
import { createLogger, type LogSink, writeLine } from './logger.ts';
import { project, projectSkipped } from './projection.ts';
import { Scrubber } from './secrets/scrub.ts';
import { resolveSecrets, type SecretSource, secretPath } from './secrets/secrets.ts';
import { findMarkers, hydrate } from './spill/hydrate.ts';
import { spillSlots } from './spill/spill.ts';
import { blobStore } from './stores/blobs.ts';
import { cacheStore } from './stores/cache.ts';
import { flowFiles } from './stores/files.ts';
import type { ObjectStore } from './stores/object-store.ts';
import { fit } from './validate.ts';

/** What the host gives with an invocation. Lambda's own context fits; a host on a laptop may give the rest. */
export interface HostContext {
  /** Names the invocation among those of its execution. */
  readonly id?: string;
  /** Milliseconds until Lambda kills the function. */
  getRemainingTimeInMillis?(): number;
  /** Aborted when nobody waits for the result any more. */
  readonly signal?: AbortSignal;
  /** Where blobs and cache are. @default the store that the bundle opens */
  readonly store?: ObjectStore;
  /** Where secret variables have their values from. @default the source that the bundle opens */
  readonly secrets?: SecretSource;
  /** The folder of the flow's file. @default the files that ship with the function */
  readonly files?: string;
  /** Takes the log entries. @default lines on standard output */
  readonly log?: LogSink;
  /** Calls other components, for a component that runs flows. */
  readonly call?: CallComponent;
}

/** A wrapped component: what its function exports as `handler`. Rejects with a {@link FlowError}. */
export type Handler = (invocation: Invocation, host?: HostContext) => Promise<Slots>;

/** What a wrapper is made with, for invocations whose host gives none: `store` opens the store, once. */
export interface WrapOptions {
  readonly store: () => ObjectStore;
  /** @default no secret has a value */
  readonly secrets?: SecretSource;
}

/** Time left for the answer when a function is about to be killed, so that it fails by name, in milliseconds. */
const FAREWELL = 200;

const SKIP = Symbol('skip');

/**
 * Puts the wrapper round a component: resolves the markers in its input, checks input and result against its schemas,
 * runs it under a deadline, and answers only what is read of its result.
 */
export function wrap(component: Component, options: WrapOptions): Handler {
  let opened: ObjectStore | undefined;
  const ownStore = (): ObjectStore => {
    opened ??= options.store();
    return opened;
  };
  return async (invocation, host = {}) => {
    const startMs = performance.now();
    const hidden = new Scrubber();
    const log: LogSink = (entry) => (host.log ?? writeLine)(hidden.fields(entry));
    const context = contextOf(invocation, {
      store: host.store ?? ownStore(),
      log,
      hidden,
      files: host.files,
      call: host.call,
    });
    const secrets = host.secrets ?? options.secrets ?? noSecrets;
    const report = (outcome: string, fields: object): void =>
      context.logger.info('invocation', { outcome, durationMs: Math.round(performance.now() - startMs), ...fields });
    try {
      const slots = await answer(component, invocation, host, { context, secrets, hidden });
      report(slots.$skipped === true ? 'skipped' : 'success', {
        resultBytes: Buffer.byteLength(JSON.stringify(slots)),
      });
      return slots;
    } catch (error) {
      const failure = shortened(hidden.error(toFlowError(error)));
      // A place that came with a failure of another step, which the component has called, is not this one's.
      failure.stack = stackWith(failure.stack ?? '', takePlace(error));
      report('failed', { code: failure.name, error: failure.message });
      throw failure;
    }
  };
}

const noSecrets: SecretSource = async () => undefined;

type BaseContext = Omit<Context, 'signal'>;

/** What surrounds one invocation. `hidden` learns each secret that the input holds, and hides it from then on. */
interface Surroundings {
  readonly context: BaseContext;
  readonly secrets: SecretSource;
  readonly hidden: Scrubber;
}

async function answer(
  component: Component,
  invocation: Invocation,
  host: HostContext,
  surroundings: Surroundings,
): Promise<Slots> {
  const { context, hidden } = surroundings;
  const reads = invocation.reads ?? [];
  const { travelling = false } = component;
  const input = await resolveInput(invocation, surroundings, travelling);
  if (input === SKIP) return projectSkipped(reads);
  const limits = { step: context.step, ...timeLeft(component, host), ...(host.signal && { signal: host.signal }) };
  const performing = withDeadline(limits, (signal) => perform(component, input, { ...context, signal }, hidden));
  const result = await (invocation.covered ? performing.catch(failByOwnName) : performing);
  if (result === SKIP) return projectSkipped(reads);
  const { spillAbove, fused = [], output = [] } = invocation;
  const isRead = reads.length + fused.length + output.length > 0;
  const json = isRead ? hidden.json(toJson(result)) : null;
  const blobIds = await runAttachedWork(fused, json, context.step, context.blobs);
  checkOutput(output, json);
  const slots = project(json, reads, context.step, { blobIds, travelling });
  if (spillAbove === undefined) return slots;
  return spillSlots(slots, spillAbove, context.blobs, travelling ? 'travelling' : 'value');
}

/** See `covered` of {@link Invocation}. */
function failByOwnName(error: unknown): never {
  if (!isFlowError(error) || error.code !== 'EXPRESSION_FAILURE') throw error;
  throw new FlowError('COMPONENT_FAILED', error.message, { cause: error });
}

function timeLeft(component: Component, host: HostContext): { readonly ms?: number } {
  const own = component.timeout === undefined ? Number.POSITIVE_INFINITY : component.timeout * 1000;
  const remaining = (host.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY) - FAREWELL;
  const ms = Math.max(0, Math.min(own, remaining));
  return Number.isFinite(ms) ? { ms } : {};
}

interface Means {
  readonly store: ObjectStore;
  readonly log: LogSink;
  readonly hidden: Scrubber;
  readonly files: string | undefined;
  readonly call: CallComponent | undefined;
}

/** What a component stores outlives its invocation, so no secret goes there. */
function contextOf(invocation: Invocation, { store, log, hidden, files, call }: Means): BaseContext {
  const blobs = blobStore(store);
  const cache = cacheStore(store);
  const origin = {
    execution: invocation.execution ?? '',
    step: invocation.step,
    attempt: invocation.attempt ?? 0,
  };
  return {
    ...origin,
    blobs: { ...blobs, put: (value) => blobs.put(hidden.json(value)) },
    cache: { ...cache, set: (key, value, ttlSeconds) => cache.set(key, hidden.json(value), ttlSeconds) },
    objects: store,
    files: flowFiles(files),
    logger: createLogger(origin, log),
    ...(call && { call }),
  };
}

/** The input as the component sees it. A skipped part wins over a missing one: a skipped step's input is not judged. */
async function resolveInput(
  { step, input, secrets: allowed = [] }: Invocation,
  { context, secrets, hidden }: Surroundings,
  travelling: boolean,
): Promise<Json | typeof SKIP> {
  const markers = findMarkers(input);
  if (markers.some(({ marker }) => isSkipped(marker))) return SKIP;
  for (const { marker, at } of markers) {
    if (isMissing(marker)) throw unresolved(step, formatPlace(at), marker.$missing);
  }
  if (travelling) return input;
  const paths = markers.flatMap(({ marker }) => (isSecret(marker) ? [marker.$secret] : []));
  const values = await resolveSecrets(
    paths.filter((path) => allowed.includes(secretPath(path).name)),
    secrets,
  );
  for (const value of values.values()) hidden.hide(value);
  return hydrate(input, context.blobs, values);
}

const unresolved = (step: string, place: string, what: string): FlowError =>
  new FlowError(
    'EXPRESSION_FAILURE',
    `step "${step}": no value for ${place === '' ? 'its input' : `"${place}" of its input`}: there is no ${what}`,
  );

async function perform(component: Component, input: Json, context: Context, hidden: Scrubber): Promise<unknown> {
  const { step } = context;
  const given = await fit(input, component.input, (value) => hidden.any(value));
  if ('wrong' in given)
    throw new FlowError('INVALID_INPUT', `the input of step "${step}" does not fit: ${given.wrong}`);
  try {
    const result = await component.run(given.value, context);
    const made = await fit(result, component.output, (value) => hidden.any(value));
    if ('wrong' in made) throw new FlowError('COMPONENT_FAILED', misfit(step, made.wrong));
    return made.value;
  } catch (error) {
    if (!isSkipStep(error)) throw error;
    context.logger.info('skipped', { reason: error.message });
    return SKIP;
  }
}

const misfit = (step: string, wrong: string): string =>
  `the result of step "${step}" does not fit its component's own output schema: ${wrong}; mend the component`;

/** A result as JSON would carry it: without undefined fields, dates as text. */
const toJson = (value: unknown): Json => JSON.parse(JSON.stringify(value) ?? 'null');
