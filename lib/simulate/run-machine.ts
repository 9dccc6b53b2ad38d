import type { StateMachine } from '../asl/state-machine.ts';
import type { Compiled } from '../compiler/compile.ts';
import { callsOwnFunction, type SourceMap } from '../compiler/source-map.ts';
import {
  execute,
  type LoadedStateMachine,
  loadStateMachine,
  type TaskResolver,
  VirtualClock,
} from '../engine/index.ts';
import type { ExecutionResult, HistoryEvent, MachineResolver } from '../engine/types.ts';
import { callResult, invocationIn } from '../protocol/component-task.ts';
import { componentsInFusedChain } from '../protocol/fused-chain-name.ts';
import type { FusedStep, Invocation, Slots } from '../protocol/invocation.ts';
import { isObject } from '../protocol/json.ts';
import { escapeValue } from '../protocol/markers.ts';
import { componentOf } from '../run/tasks/component-resolver.ts';
import { machineResolver } from '../run/tasks/nested-machines.ts';
import { MemoryObjects } from './memory-objects.ts';
import { randomFrom } from './noise.ts';
import { latencies, OVERHEADS, type OverheadName } from './overhead.ts';
import type { StandIns } from './stand-ins.ts';

/** A state machine as compiled, those that it or one of these starts, and what their states are. */
export interface Definitions extends Pick<Compiled, 'nestedMachines' | 'sourceMap'> {
  readonly stateMachine: StateMachine;
}

/** What is simulated, loaded once for any number of runs. */
export interface SimulatedMachine {
  readonly machine: LoadedStateMachine;
  /** Finds the state machines that it starts. */
  readonly machines: MachineResolver;
  /** What the states are. */
  readonly states: SourceMap['states'];
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
  /** The function's: that of a chain has all its components in its name. */
  readonly component: string;
  /** Whether the function is the step's own, or that of one that the compiler added, and not one that moves its values. */
  readonly isOwn: boolean;
  readonly seconds: number;
  /** The seconds of each step that it does, in order: one, or those of a chain. */
  readonly links: readonly SimulatedLink[];
  /** The blobs that steps which are part of this one keep. */
  readonly stores: number;
}

/** What a step took. */
export type SimulatedLink = Pick<SimulatedCall, 'step' | 'component' | 'seconds'>;

/** A simulated run. */
export interface MachineRun extends Pick<ExecutionResult, 'status' | 'error' | 'cause' | 'transitions' | 'events'> {
  readonly seconds: number;
  readonly calls: readonly SimulatedCall[];
  /** The ids of the steps that waited in a state. */
  readonly waits: ReadonlySet<string>;
  /** How many iterations Map states had. */
  readonly iterations: number;
  /** The requests to S3 of distributed Maps. */
  readonly objects: { readonly gets: number; readonly puts: number };
}

/** Loads a state machine, and those that it starts, for simulated runs. */
export const loadSimulated = (
  { stateMachine, nestedMachines: machines, sourceMap }: Definitions,
  given: Pick<SimulatedMachine, 'type' | 'standIns' | 'overhead'>,
): SimulatedMachine => ({
  ...given,
  machine: loadStateMachine(stateMachine),
  machines: machineResolver(machines),
  states: sourceMap.states,
  latencies: new Map(
    [stateMachine, ...machines.map((nested) => nested.stateMachine)].flatMap((one) => [
      ...latencies(one, given.type, OVERHEADS[given.overhead]),
    ]),
  ),
});

/**
 * Runs a state machine on a virtual clock. Its tasks call nothing: each takes the seconds of its step, unless the compiler
 * added the call of its own accord, which moves data only and of which no profile knows what it takes. It answers with
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
  simulated: SimulatedMachine,
  secondsOf: (step: string, component: string) => number,
): Promise<MachineRun> {
  const { machine, machines, states, standIns, overhead, latencies: latency } = simulated;
  const clock = new VirtualClock();
  const calls: SimulatedCall[] = [];
  const seen = new Seen(states);
  const objects = new MemoryObjects();
  const resolver: TaskResolver = async (request) => {
    const component = componentOf(request);
    if (component === undefined) return {};
    const asked = invocationIn(request.arguments, request.stateName);
    const { step, before = [], reads = [] } = asked;
    const stores = [...before, asked].reduce((sum, link) => sum + storesIn(link), 0);
    const source = states[request.stateName];
    const links = componentsInFusedChain(component).map((own, at): SimulatedLink => {
      const id = before[at]?.step ?? step;
      return { step: id, component: own, seconds: source?.role === 'step' ? secondsOf(id, own) : 0 };
    });
    const seconds = links.reduce((sum, link) => sum + link.seconds, 0);
    const isOwn = source !== undefined && callsOwnFunction(source);
    calls.push({ step, component, isOwn, seconds, links, stores });
    await clock.sleep(seconds * 1000 + OVERHEADS[overhead].invocation, request.signal);
    const answer = source?.role === 'map-items' ? writeItems(asked, objects) : standIns.answer(step, reads);
    return callResult(answer);
  };
  const result = await execute(machine, {
    input: escapeValue(standIns.input),
    type,
    name: 'simulated',
    clock,
    resolver,
    nestedMachines: machines,
    objects,
    random: randomFrom('the state machine'),
    onEvent: (event) => seen.observe(event),
    ...(overhead !== 'none' && { latency: (state) => latency.get(state) ?? 0 }),
  });
  return { ...endOf(result), calls, ...seen.counts(), objects };
}

function endOf({ status, error, cause, transitions, events, startMs, stopMs }: ExecutionResult): RunEnd {
  const failure = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
  return { status, ...failure, transitions, events, seconds: (stopMs - startMs) / 1000 };
}

type RunEnd = Omit<MachineRun, 'calls' | 'waits' | 'iterations' | 'objects'>;

const storesIn = ({ fused = [] }: FusedStep): number => fused.filter(({ does }) => does === 'store').length;

/** Does the work of the function before a distributed Map, which reads what that writes. */
function writeItems({ step, input }: Invocation, objects: MemoryObjects): Slots {
  const address = { Bucket: 'simulated', Key: `items of ${step}.json` };
  objects.put(address, JSON.stringify(isObject(input) ? (input.items ?? []) : []));
  return { $: { ...address, Prefix: 'results' } };
}

/** Counts what the history of a run tells. */
class Seen {
  readonly #states: SourceMap['states'];
  readonly #waits = new Set<string>();
  #iterations = 0;

  constructor(states: SourceMap['states']) {
    this.#states = states;
  }

  observe({ type, stateName = '' }: HistoryEvent): void {
    if (type === 'WaitStateEntered') this.#waits.add(this.#states[stateName]?.step ?? '');
    else if (type === 'MapIterationStarted') this.#iterations += 1;
  }

  counts(): Pick<MachineRun, 'waits' | 'iterations'> {
    return { waits: this.#waits, iterations: this.#iterations };
  }
}
