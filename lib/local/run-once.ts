import { randomUUID } from 'node:crypto';
import type { StateMachine } from '../asl/state-machine.ts';
import type { Compiled } from '../compile.ts';
import type { LoadedComponent } from '../components/index.ts';
import { execute } from '../engine/index.ts';
import type { ExecutionResult, HistoryEvent } from '../engine/types.ts';
import type { Diagnostic } from '../flow/diagnostics.ts';
import { blobStore } from '../runtime/blobs.ts';
import { FlowError, isFlowError } from '../runtime/errors.ts';
import { hydrate } from '../runtime/hydrate.ts';
import type { Json } from '../runtime/json.ts';
import type { ObjectStore } from '../runtime/object-store.ts';
import type { SecretSource } from '../runtime/secrets.ts';
import { type InputBudget, spillInput } from '../runtime/spill-input.ts';
import type { Handler } from '../runtime/wrapper.ts';
import { criticalChain } from './critical-chain.ts';
import type { FlowResult, RunEvent, StepReport } from './events.ts';
import { checkInput, type InputText } from './input.ts';
import { mockHandler } from './mock-component.ts';
import type { MockBook } from './mocks.ts';
import { failed, refuse, resultOf } from './outcome.ts';
import { componentResolver, type FindHandler } from './resolver.ts';
import { inputScrubber } from './secrets.ts';
import type { Failure } from './step-record.ts';
import { StepTracker } from './track.ts';
import type { WaitGraph } from './wait-graph.ts';

/** One run of a flow. */
export interface RunOptions {
  /** @default {} */
  readonly input?: Json;
  /** The text that the input was read from, for diagnostics. @default the input's JSON */
  readonly inputText?: InputText;
  readonly onEvent?: (event: RunEvent) => void;
  /** Takes the events of the state machine's own history. */
  readonly onHistory?: (event: HistoryEvent) => void;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
  /** @default a random UUID */
  readonly executionName?: string;
}

/** What a run was. */
export interface ExecutionReport {
  readonly id: string;
  readonly durationMs: number;
  /** States entered. */
  readonly transitions: number;
  /** Events of the history. */
  readonly events: number;
  readonly steps: readonly StepReport[];
  /** The ids of the steps that its length comes from, first to last. */
  readonly criticalChain: readonly string[];
}

/** How a run ended. */
export interface FlowRun {
  readonly result: FlowResult;
  /** Absent where the flow or its input was refused, so that nothing ran. */
  readonly execution?: ExecutionReport;
  readonly diagnostics: readonly Diagnostic[];
}

/** All that runs of a flow share. */
export interface ReadyFlow extends Compiled {
  readonly stateMachine: StateMachine;
  readonly inputBudget: InputBudget;
  /** From the names of the steps' guards to those of their Task states. */
  readonly guards: ReadonlyMap<string, string>;
  readonly waits: WaitGraph;
  /** Functions by the component's own path. */
  readonly functions: ReadonlyMap<string, Pick<LoadedComponent, 'handler'>>;
  /** Loads one more component, for a flow that is only known while this one runs; undefined where there is none. */
  readonly load: (path: string) => Promise<Handler | undefined>;
  /** Spells a component's path in one way. */
  readonly canonical: (component: string) => string;
  /** A fresh book of the mocks: what is used up in one run is there again in the next. */
  readonly openMocks: () => MockBook;
  readonly store: ObjectStore;
  readonly secrets: SecretSource;
  /** The folder of the flow's file. */
  readonly files: string;
}

/** Runs a flow once. Whatever the flow, its input and its components do is in the answer. */
export async function runOnce(flow: ReadyFlow, options: RunOptions): Promise<FlowRun> {
  const { input = {}, onEvent = () => {} } = options;
  const hidden = inputScrubber(input, flow.inputSchema);
  const emit = (event: RunEvent): void => onEvent(hidden.fields(event));
  const text = options.inputText ?? { file: 'input', text: JSON.stringify(input, null, 2) };
  const misfits = checkInput(input, flow.inputSchema, text);
  const diagnostics = [...flow.diagnostics, ...misfits];
  if (misfits.length > 0) return { result: refuse(misfits), diagnostics };

  const given = await travelling(input, flow);
  if ('refused' in given) return { result: given.refused, diagnostics };

  const { execution, tracker } = await executeFlow(flow, { ...options, input: given.input, onEvent: emit });
  const failure = failureOf(execution);
  const ended = resultOf(execution, failure && tracker.whereFailed(failure));
  const steps = tracker.finish(execution.stopMs, failure);
  const read = await hydrated(ended, flow.store);
  const result = read.outcome === 'failed' ? hidden.fields(read) : read;
  const { id, startMs, stopMs, transitions, events } = execution;
  const chain = criticalChain(steps, new Map(flow.steps.map((step) => [step.id, step.state])), flow.waits);
  const times = { durationMs: stopMs - startMs, transitions, events };
  emit({ type: 'run-ended', atMs: stopMs - startMs, result });
  return { result, execution: { id, ...times, steps, criticalChain: chain }, diagnostics };
}

/** The input as the state machine gets it: what is too large for it in blobs, what looks like a marker escaped. */
async function travelling(
  input: Json,
  { inputBudget, store }: ReadyFlow,
): Promise<{ readonly input: Json } | { readonly refused: FlowResult }> {
  try {
    return { input: await spillInput(input, inputBudget, blobStore(store)) };
  } catch (error) {
    if (isFlowError(error)) return { refused: failed(error.code, error.message) };
    throw error;
  }
}

interface Executed {
  readonly execution: ExecutionResult;
  readonly tracker: StepTracker;
}

async function executeFlow(
  flow: ReadyFlow,
  options: RunOptions & Required<Pick<RunOptions, 'input' | 'onEvent'>>,
): Promise<Executed> {
  const { input, onEvent: emit, onHistory, signal, executionName: name = randomUUID() } = options;
  const tracker = new StepTracker(flow.steps, flow.guards, emit);
  emit({ type: 'run-started', atMs: 0, flow: flow.name, execution: name, steps: flow.steps });
  const execution = await execute(flow.stateMachine, {
    input,
    name,
    type: flow.type,
    resolver: componentResolver(handlersOf(flow), {
      store: flow.store,
      secrets: flow.secrets,
      files: flow.files,
      log: (entry) => emit({ type: 'log', atMs: tracker.sinceStart(Date.now()), entry }),
    }),
    onEvent: (event) => {
      tracker.observe(event);
      onHistory?.(event);
    },
    ...(signal && { signal }),
  });
  return { execution, tracker };
}

/** Mocks first, then the bundles. */
function handlersOf({ steps, openMocks, canonical, functions, load }: ReadyFlow): FindHandler {
  const mocks = openMocks();
  const ids = new Map(steps.map(({ id, state }) => [state, id]));
  return async (written, state) => {
    const [step, path] = [ids.get(state) ?? state, canonical(written)];
    const handler = mocks.has(step, path)
      ? mockHandler(step, path, mocks)
      : (functions.get(path)?.handler ?? (await load(path)));
    if (handler) return handler;
    throw new FlowError('COMPONENT_NOT_FOUND', `step "${step}" calls ${written}, and there is no such component`);
  };
}

const failureOf = ({ status, error, cause }: ExecutionResult): Failure | undefined =>
  status === 'FAILED' ? { error: error ?? 'UNSPECIFIED', ...(cause !== undefined && { cause }) } : undefined;

/** The result with what was spilled read back. */
async function hydrated(result: FlowResult, store: ObjectStore): Promise<FlowResult> {
  if (result.outcome !== 'success') return result;
  try {
    return { ...result, result: await hydrate(result.result, blobStore(store)) };
  } catch (error) {
    if (isFlowError(error)) return failed(error.code, error.message);
    throw error;
  }
}
