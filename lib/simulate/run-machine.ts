import type { StateMachine } from '../asl/state-machine.ts';
import {
  execute,
  type LoadedStateMachine,
  loadStateMachine,
  type TaskResolver,
  VirtualClock,
} from '../engine/index.ts';
import type { ExecutionResult, HistoryEvent } from '../engine/types.ts';
import { componentOf } from '../local/resolver.ts';
import { isObject, type Json } from '../runtime/json.ts';
import { escapeValue } from '../runtime/values.ts';
import { randomFrom } from './noise.ts';
import { latencies, OVERHEADS, type OverheadName } from './overhead.ts';
import type { StandIns } from './stand-ins.ts';

/** What is simulated, loaded once for any number of runs. */
export interface SimulatedMachine {
  readonly machine: LoadedStateMachine;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly standIns: StandIns;
  readonly overhead: OverheadName;
  /** How long each state takes to be entered, in milliseconds. */
  readonly latencies: ReadonlyMap<string, number>;
}

/** A call that a task made, and what it took. */
export interface SimulatedCall {
  /** The step's id; of a flow inside a step, `RUNNER.ID`. */
  readonly step: string;
  readonly component: string;
  readonly seconds: number;
  /** The blobs that steps which are part of this one keep. */
  readonly stores: number;
}

/** A simulated run. */
export interface MachineRun extends Pick<ExecutionResult, 'status' | 'error' | 'cause' | 'transitions' | 'events'> {
  readonly seconds: number;
  readonly calls: readonly SimulatedCall[];
  /** The names of the Wait states that were entered. */
  readonly waits: ReadonlySet<string>;
  /** How many iterations Map states had. */
  readonly iterations: number;
}

/** Loads a state machine for simulated runs. */
export const loadSimulated = (
  definition: StateMachine,
  given: Pick<SimulatedMachine, 'type' | 'standIns' | 'overhead'>,
): SimulatedMachine => ({
  ...given,
  machine: loadStateMachine(definition),
  latencies: latencies(definition, given.type, OVERHEADS[given.overhead]),
});

/**
 * Runs a state machine on a virtual clock. Its tasks call nothing: each takes the seconds of its step, and answers with
 * the step's stand-ins. An Express workflow runs on past its five minutes, so that it is known how long it takes.
 */
export async function runMachine(
  simulated: SimulatedMachine,
  secondsOf: (step: string, component: string) => number,
): Promise<MachineRun> {
  const first = await runAs(simulated.type, simulated, secondsOf);
  return first.status === 'TIMED_OUT' && simulated.type === 'EXPRESS' ? runAs('STANDARD', simulated, secondsOf) : first;
}

async function runAs(
  type: SimulatedMachine['type'],
  { machine, standIns, overhead, latencies: latency }: SimulatedMachine,
  secondsOf: (step: string, component: string) => number,
): Promise<MachineRun> {
  const clock = new VirtualClock();
  const calls: SimulatedCall[] = [];
  const seen = new Seen();
  const resolver: TaskResolver = async (request) => {
    const { step, reads, stores } = payloadOf(request.arguments, request.stateName);
    const component = componentOf(request);
    if (component === undefined) return {};
    const seconds = secondsOf(step, component);
    calls.push({ step, component, seconds, stores });
    await clock.sleep(seconds * 1000 + OVERHEADS[overhead].invocation, request.signal);
    return { ExecutedVersion: '$LATEST', Payload: standIns.answer(step, reads), StatusCode: 200 };
  };
  const result = await execute(machine, {
    input: escapeValue(standIns.input),
    type,
    name: 'simulated',
    clock,
    resolver,
    random: randomFrom('the state machine'),
    onEvent: (event) => seen.observe(event),
    ...(overhead !== 'none' && { latency: (state) => latency.get(state) ?? 0 }),
  });
  const { status, error, cause, transitions, events, startMs, stopMs } = result;
  const failure = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
  return { status, ...failure, transitions, events, seconds: (stopMs - startMs) / 1000, calls, ...seen.counts() };
}

interface Asked extends Pick<SimulatedCall, 'step' | 'stores'> {
  readonly reads: readonly string[];
}

/** What of an `Invocation` matters here. */
function payloadOf(given: Json, stateName: string): Asked {
  const payload = isObject(given) && isObject(given.Payload) ? given.Payload : {};
  const { step, reads, fused } = payload;
  return {
    step: typeof step === 'string' ? step : stateName,
    reads: Array.isArray(reads) ? reads.filter((key) => typeof key === 'string') : [],
    stores: Array.isArray(fused) ? fused.filter((part) => isObject(part) && part.does === 'store').length : 0,
  };
}

/** Counts what the history of a run tells. */
class Seen {
  readonly #waits = new Set<string>();
  #iterations = 0;

  observe({ type, stateName = '' }: HistoryEvent): void {
    if (type === 'WaitStateEntered') this.#waits.add(stateName);
    else if (type === 'MapIterationStarted') this.#iterations += 1;
  }

  counts(): Pick<MachineRun, 'waits' | 'iterations'> {
    return { waits: this.#waits, iterations: this.#iterations };
  }
}
