import { randomUUID } from 'node:crypto';
import { membersOf } from '../compiler/emit/frame.ts';
import { type Diagnostic, hasError } from '../diagnostics/diagnostics.ts';
import { EndlessExecutions, execute } from '../engine/index.ts';
import type { ExecutionResult, HistoryEvent } from '../engine/types.ts';
import { type LateFailure, lateMessage, warnOfLate } from '../project/host/containment.ts';
import { printError } from '../project/host/output.ts';
import { readCause } from '../protocol/cause.ts';
import { isFlowError } from '../protocol/errors.ts';
import { codeOf } from '../protocol/failure-codes.ts';
import type { Json } from '../protocol/json.ts';
import { hydrate } from '../runtime/spill/hydrate.ts';
import { spillInput } from '../runtime/spill/spill-input.ts';
import { blobStore } from '../runtime/stores/blobs.ts';
import type { ObjectStore } from '../runtime/stores/object-store.ts';
import { JournalError } from './durable/append-only-file.ts';
import type { DurableRun, SharedRun } from './durable/durable-run.ts';
import { HostedRun } from './hosted-run.ts';
import { checkInput, type InputText } from './input/check-input.ts';
import { promptClock } from './prompt-clock.ts';
import { handlersOf, type ReadyFlow } from './ready-flow.ts';
import { CallTotals } from './report/call-totals.ts';
import { calledFunctions } from './report/called-functions.ts';
import { criticalPath } from './report/critical-path.ts';
import type { FlowResult, RunEvent, StepReport } from './report/events.ts';
import { graphCriticalPath } from './report/graph-critical-path.ts';
import { LongestHistory } from './report/longest-history.ts';
import { metricsOf, type RunMetrics } from './report/metrics.ts';
import { failed, refusalOf, resultOf } from './report/outcome.ts';
import type { Failure } from './report/step-record.ts';
import { endedSteps } from './report/step-reports.ts';
import { StepTracker } from './report/track.ts';
import { Sandboxes } from './sandbox/sandboxes.ts';
import type { ComponentUsage, Usage } from './sandbox/usage.ts';
import { Secrecy } from './secrecy.ts';
import { componentResolver } from './tasks/component-resolver.ts';
import { machineResolver } from './tasks/nested-machines.ts';
import { LocalAnswers } from './waiting/local-answers.ts';
import { waitingEvent } from './waiting/waiting-event.ts';

/** The options of one run. */
export interface RunOptions {
  /** @default {} */
  readonly input?: Json;
  /** The text that the input was read from, for diagnostics. @default the input's JSON */
  readonly inputText?: InputText;
  readonly onEvent?: (event: RunEvent) => void;
  /** Receives the events of the state machine's history. */
  readonly onHistory?: (event: HistoryEvent) => void;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
  /** @default a random UUID */
  readonly executionName?: string;
  /**
   * Whether to write a journal, with which an interrupted or failed run can be resumed; or where it is, for a run of a batch,
   * which then goes on where the journal ends. @default false
   */
  readonly journal?: boolean | SharedRun;
  /**
   * Whether components run in sandboxes: separate processes with the components' memory limits, which are killed at their
   * timeouts. @default false: in this process
   */
  readonly isolate?: boolean;
  /** Whether what fails is retried at once, as in tests. @default false: after the delays of the Retry */
  readonly retriesAtOnce?: boolean;
  /** Whether steps may wait for answers; in tests, nobody gives any. @default true */
  readonly isAttended?: boolean;
}

/** The report of a run. */
export interface ExecutionReport {
  readonly id: string;
  /** Milliseconds, without the time between an interruption and its resumption. */
  readonly durationMs: number;
  /** States entered, in all executions of the run. */
  readonly transitions: number;
  /** Events of the history; of the longest one if the run has several executions. */
  readonly events: number;
  readonly steps: readonly StepReport[];
  /** The ids of the steps on the critical path, first to last. */
  readonly criticalPath: readonly string[];
  /** What it took. */
  readonly metrics: RunMetrics;
  /** The resource usage of the components that ran in sandboxes. */
  readonly components?: readonly ComponentUsage[];
  /** The id to resume it by; absent if there is no journal or resuming could not change the outcome. */
  readonly resume?: string;
}

/** The outcome of a run. */
export interface FlowRun {
  readonly result: FlowResult;
  /** Absent if the flow or its input was refused, so that nothing ran. */
  readonly execution?: ExecutionReport;
  readonly diagnostics: readonly Diagnostic[];
}

/** Opens the journal of a run. Called once its input has been accepted. */
export type OpenJournal = (executionName: string, input: Json) => DurableRun;

/** Runs a flow once. Failures of the flow, its input and its components are results. */
export async function runOnce(flow: ReadyFlow, options: RunOptions, open?: OpenJournal): Promise<FlowRun> {
  const { input = {}, executionName: name = randomUUID() } = options;
  const secrecy = Secrecy.of(input, flow.compiled.inputSchema);
  const inputProblems = checkInput(input, flow.compiled.inputSchema, options.inputText);
  const diagnostics = [...flow.diagnostics, ...inputProblems];
  if (hasError(inputProblems)) return { result: refusalOf(inputProblems), diagnostics };
  let durable: DurableRun | undefined;
  try {
    const spilledInput = await spillInput(input, flow.compiled.inputBudget, blobStore(flow.store));
    durable = open?.(name, input);
    const emit = (event: RunEvent): void => {
      const shown = secrecy.event(event);
      const isReplayed = durable?.host.isReplaying === true;
      if (!isReplayed) durable?.log?.observe(shown);
      options.onEvent?.(isReplayed ? { ...shown, replayed: true } : shown);
    };
    const run = await runAndReport(flow, {
      ...options,
      ...{ input: spilledInput, name, emit, isHeard: options.onEvent !== undefined, secrecy, durable },
    });
    return { ...run, diagnostics };
  } catch (error) {
    if (isFlowError(error)) return { result: failed(error.code, error.message), diagnostics };
    if (error instanceof EndlessExecutions) return { result: failed('ORCHESTRATOR_ERROR', error.message), diagnostics };
    if (error instanceof JournalError) return { result: failed('RESOURCE_UNAVAILABLE', error.message), diagnostics };
    throw error;
  } finally {
    durable?.release();
  }
}

interface RunContext extends Pick<RunOptions, 'onHistory' | 'signal' | 'isolate' | 'retriesAtOnce' | 'isAttended'> {
  /** As the state machine gets it, with large values spilled. */
  readonly input: Json;
  readonly name: string;
  readonly emit: (event: RunEvent) => void;
  /** Whether anybody receives the events. */
  readonly isHeard: boolean;
  readonly secrecy: Secrecy;
  readonly durable: DurableRun | undefined;
}

async function runAndReport(flow: ReadyFlow, context: RunContext): Promise<Pick<FlowRun, 'result' | 'execution'>> {
  const { emit, secrecy, durable } = context;
  const { execution, events, tracker, calls, sandboxes, late } = await executeFlow(flow, context);
  const stopMs = durable?.host.stamp() ?? execution.stopMs;
  const failure = failureOf(execution);
  const { inOutput = false } = readCause(failure?.cause).place;
  const { failed: failedStep, own, all } = endedSteps(tracker, flow.compiled, stopMs, failure);
  const ended = late ? lateResult(late) : resultOf(execution, failedStep);
  const steps = all.map((step) => ({ ...step, ...usageOf(sandboxes?.usageOf(step.id)) }));
  const result = secrecy.result(await hydrated(ended, flow.store));
  const { id, startMs, status, transitions } = execution;
  const canResume = durable?.end(status === 'ABORTED' && !late ? 'cancelled' : result.outcome, inOutput);
  const path = criticalPath(own, flow.compiled.sourceMap.arrangement);
  emit({ type: 'run-ended', atMs: stopMs - startMs, result });
  const counts = { durationMs: stopMs - startMs, transitions, events };
  const { plan } = flow.compiled;
  const work = tracker.work();
  const metrics = metricsOf({
    flow: flow.compiled.name,
    makespanMs: counts.durationMs,
    ...{ steps, work, calls, criticalPathMs: plan ? graphCriticalPath(plan, work.steps) : null },
    functionOf: calledFunctions(flow),
  });
  // The same values are missing when the same state machine evaluates the same expression again.
  const isLasting = result.outcome === 'failed' && result.error.code === 'EXPRESSION_FAILURE';
  const resume = canResume && !isLasting && { resume: context.name };
  const components = sandboxes && { components: sandboxes.usage() };
  return { result, execution: { id, ...counts, steps, criticalPath: path, metrics, ...components, ...resume } };
}

const usageOf = ({ startupMs, memoryBytes }: Partial<Usage> = {}): Pick<StepReport, 'startupMs' | 'memoryBytes'> => ({
  ...(startupMs !== undefined && { startupMs }),
  ...(memoryBytes !== undefined && { memoryBytes }),
});

interface Executed {
  readonly execution: ExecutionResult;
  readonly events: number;
  readonly tracker: StepTracker;
  readonly calls: CallTotals;
  readonly sandboxes: Sandboxes | undefined;
  /** What ended the execution, if that was a component that went on after its call. */
  readonly late: LateFailure | undefined;
}

async function executeFlow(flow: ReadyFlow, context: RunContext): Promise<Executed> {
  const { compiled, origin, objects, store, secrets, files } = flow;
  const {
    input,
    name,
    emit,
    isHeard,
    onHistory,
    signal,
    isolate,
    retriesAtOnce,
    isAttended = true,
    durable,
    secrecy,
  } = context;
  const tracker = new StepTracker(compiled.steps, compiled.sourceMap.states, emit);
  const histories = new LongestHistory();
  const calls = new CallTotals();
  emit({
    type: 'run-started',
    atMs: 0,
    flow: compiled.name,
    execution: name,
    steps: compiled.steps.flatMap(membersOf),
    absorbed: compiled.absorbed.filter(({ never }) => !never).length,
  });
  const atMs = (): number => tracker.sinceStart(durable?.host.stamp() ?? Date.now());
  const output = secrecy.output((line) => {
    if (isHeard) emit({ type: 'output', atMs: atMs(), line });
    else printError(line);
  });
  const stopped = new AbortController();
  let late: LateFailure | undefined;
  const onLate = (failure: LateFailure): void => {
    late ??= failure;
    stopped.abort(failure.error);
  };
  const { folders } = origin;
  const sandboxes = isolate ? await Sandboxes.open({ folders, print: output.add, onLate }) : undefined;
  const hosted = new HostedRun({ folders, print: output.add, onLate });
  const answers = new LocalAnswers(folders.blobs, (record) => emit(waitingEvent(record, name, atMs())));
  const find = handlersOf(flow, (component) => (sandboxes ?? hosted).handlerOf(component));
  const resolver = componentResolver(find, {
    store,
    secrets: secrecy.source(secrets),
    files,
    hideSecrets: secrecy.text,
    log: (entry) => emit({ type: 'log', atMs: atMs(), entry }),
    measured: (measured) => calls.add(measured),
    ...(isAttended && { answers }),
    ...(durable && { inner: durable.inner }),
  });
  const executing = execute(compiled.stateMachine, {
    input,
    name,
    type: compiled.type,
    stateMachineName: compiled.name,
    nestedMachines: machineResolver(compiled.nestedMachines),
    resolver: durable?.host.resolver(resolver) ?? resolver,
    objects: durable?.host.objects(objects) ?? objects,
    onEvent: (event) => {
      tracker.observe(event);
      histories.observe(event);
      onHistory?.(event);
    },
    ...(retriesAtOnce && { clock: promptClock }),
    ...(durable && { clock: durable.host.clock, random: durable.host.random }),
    signal: signal ? AbortSignal.any([signal, stopped.signal]) : stopped.signal,
  });
  const execution = await executing.finally(() => sandboxes?.close()).finally(() => hosted.close());
  output.flush();
  // A run that may be resumed takes the answers that it was given.
  if (!durable || execution.status === 'SUCCEEDED') await answers.clear();
  if (late && execution.status !== 'ABORTED') warnOfLate(late);
  return {
    execution,
    events: histories.events,
    tracker,
    calls,
    sandboxes,
    late: execution.status === 'ABORTED' ? late : undefined,
  };
}

const lateResult = (late: LateFailure): FlowResult => ({
  outcome: 'failed',
  error: { code: codeOf(late.error.name), message: lateMessage(late), data: late.at },
});

const failureOf = ({ status, error, cause }: ExecutionResult): Failure | undefined =>
  status === 'FAILED' ? { error: error ?? 'UNSPECIFIED', ...(cause !== undefined && { cause }) } : undefined;

/** The result with spilled values read back. */
async function hydrated(result: FlowResult, store: ObjectStore): Promise<FlowResult> {
  if (result.outcome !== 'success') return result;
  try {
    return { ...result, result: await hydrate(result.result, blobStore(store)) };
  } catch (error) {
    if (isFlowError(error)) return failed(error.code, error.message);
    throw error;
  }
}
