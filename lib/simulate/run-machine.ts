import type { StateMachine } from '../asl/state-machine.ts';
import { mapStates, type NamedState, statesIn } from '../asl/walk-states.ts';
import type { Compiled } from '../compiler/compile.ts';
import { callsOwnFunction, type SourceMap } from '../compiler/source-map.ts';
import {
  execute,
  type LoadedStateMachine,
  loadStateMachine,
  TaskError,
  type TaskResolver,
  VirtualClock,
} from '../engine/index.ts';
import type { ExecutionResult, HistoryEvent, MachineResolver } from '../engine/types.ts';
import { FUNCTION_TIMED_OUT } from '../protocol/aws-errors.ts';
import { writeFault } from '../protocol/cause.ts';
import { callResult, componentIn, invocationIn } from '../protocol/component-task.ts';
import { componentsInFusedChain } from '../protocol/fused-chain-name.ts';
import type { FusedStep, Invocation, Slots } from '../protocol/invocation.ts';
import { isObject, type Json } from '../protocol/json.ts';
import { escapeValue } from '../protocol/markers.ts';
import { answerKindOf } from '../protocol/waiting.ts';
import { LongestHistory } from '../run/report/longest-history.ts';
import { componentOf } from '../run/tasks/component-resolver.ts';
import { machineResolver } from '../run/tasks/nested-machines.ts';
import { remedyOf } from '../runtime/deadline.ts';
import { Account, type AccountUse, throttled } from './account.ts';
import type { AssumedValues } from './assumed-values.ts';
import { type ExpressItems, ExpressItemTimes } from './express-items.ts';
import { LoopRounds, withShortLoops } from './loop-rounds.ts';
import { MapRounds, type Turns } from './map-rounds.ts';
import { MemoryObjects } from './memory-objects.ts';
import { randomFrom } from './noise.ts';
import { latencies, OVERHEADS, type OverheadName } from './overhead.ts';
import { StepTransitions } from './step-transitions.ts';

/** A compiled state machine, its nested ones, and the source map of their states. */
export interface Definitions extends Pick<Compiled, 'nestedMachines' | 'sourceMap'> {
  readonly stateMachine: StateMachine;
}

/** A state machine that is loaded once and simulated any number of times. */
export interface SimulatedMachine {
  readonly machine: LoadedStateMachine;
  /** Resolves the nested state machines that it starts. */
  readonly machines: MachineResolver;
  /** The source of each state. */
  readonly states: SourceMap['states'];
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly assumed: AssumedValues;
  readonly overhead: OverheadName;
  /** The states of all state machines. */
  readonly all: readonly NamedState[];
  /** How long it takes to enter each state, in milliseconds. */
  readonly latencies: ReadonlyMap<string, number>;
}

/** A call that a Task state made. */
export interface SimulatedCall {
  /** The step's id; `RUNNER.ID` for a step of an inner flow. */
  readonly step: string;
  /** The function's component; the name of a fused chain has all of its components. */
  readonly component: string;
  /** Whether the function does the work of the step, and does not only move its values. */
  readonly isOwn: boolean;
  readonly seconds: number;
  /** How often it is made: more than once in the rounds of a loop that are not simulated one by one. */
  readonly times: number;
  /** The steps that it runs, in order: one, or those of a fused chain. */
  readonly links: readonly SimulatedLink[];
  /** How many blobs its attached work stores. */
  readonly stores: number;
}

/** How long a step took. */
export type SimulatedLink = Pick<SimulatedCall, 'step' | 'component' | 'seconds'>;

/** A simulated run. */
export interface MachineRun extends Pick<ExecutionResult, 'status' | 'error' | 'cause' | 'transitions' | 'events'> {
  readonly seconds: number;
  readonly calls: readonly SimulatedCall[];
  /** Seconds of the calls in rounds of loops that are only counted. */
  readonly roundsSeconds: number;
  /** The ids of the steps that ran as Wait states. */
  readonly waits: ReadonlySet<string>;
  /** How many iterations Map states had. */
  readonly iterations: number;
  /** How each `map` took turns, by the ids of the steps. */
  readonly turns: ReadonlyMap<string, Turns>;
  /** The S3 requests of distributed Maps. */
  readonly objects: { readonly gets: number; readonly puts: number };
  readonly account: AccountUse;
  /** Of a Standard run. */
  readonly expressItems: ExpressItems;
  /** The transitions that are for a single step, by the step's id; those of rounds that are not simulated are left out. */
  readonly transitionsOf: ReadonlyMap<string, number>;
}

/** What a run depends on, beside the state machine. */
export interface RunConditions {
  readonly secondsOf: (step: string, component: string) => number;
  /** The most calls at once that the account allows. @default any number */
  readonly concurrency?: number;
  /** Receives the events of its history. */
  readonly onEvent?: (event: HistoryEvent) => void;
}

/** Loads a state machine and its nested ones for simulated runs. */
export const loadSimulated = (
  { stateMachine, nestedMachines, sourceMap }: Definitions,
  options: Pick<SimulatedMachine, 'type' | 'assumed' | 'overhead'>,
): SimulatedMachine => {
  const { states } = sourceMap;
  const simulated = (machine: StateMachine): StateMachine => withoutCallTimeouts(withShortLoops(machine, states));
  const nested = nestedMachines.map((one) => ({ ...one, stateMachine: simulated(one.stateMachine) }));
  const all = [stateMachine, ...nestedMachines.map((one) => one.stateMachine)];
  return {
    ...options,
    machine: loadStateMachine(simulated(stateMachine)),
    machines: machineResolver(nested),
    states,
    all: all.flatMap(statesIn),
    latencies: new Map(all.flatMap((machine) => [...latencies(machine, options.type, OVERHEADS[options.overhead])])),
  };
};

/**
 * Calls that may take any time: a profile may have been measured elsewhere, where no function ends after 15 minutes. What the
 * flow says of a step's time counts.
 */
const withoutCallTimeouts = (machine: StateMachine): StateMachine =>
  mapStates(machine, (state) => {
    if (state.Type !== 'Task' || componentIn(state.Arguments) === undefined) return state;
    const { TimeoutSeconds: _, ...rest } = state;
    return rest;
  });

/**
 * Runs a state machine on a virtual clock. Its tasks call nothing: each takes the seconds of its step and answers with the
 * step's assumed values. A call that the compiler added to move data takes no time, since profiles do not cover it. An
 * Express workflow runs beyond its five minutes, so that its duration is known.
 */
export async function runMachine(simulated: SimulatedMachine, conditions: RunConditions): Promise<MachineRun> {
  const first = await runAsType(simulated.type, simulated, conditions);
  return first.status === 'TIMED_OUT' && simulated.type === 'EXPRESS'
    ? runAsType('STANDARD', simulated, conditions)
    : first;
}

async function runAsType(
  type: SimulatedMachine['type'],
  simulated: SimulatedMachine,
  { secondsOf, concurrency, onEvent }: RunConditions,
): Promise<MachineRun> {
  const { machine, machines, states, assumed, overhead, latencies: latency } = simulated;
  const clock = new VirtualClock();
  const histories = new LongestHistory();
  const rounds = new LoopRounds(simulated, histories, () => clock.now());
  const maps = new MapRounds(simulated.all, states);
  const counter = new EventCounter(states, maps);
  const account = new Account(concurrency);
  const objects = new MemoryObjects();
  const expressItems = new ExpressItemTimes();
  const perStep = new StepTransitions(states);
  const resolver: TaskResolver = async (request) => {
    const component = componentOf(request);
    if (component === undefined) return {};
    if (!account.begins(request.callId)) {
      await clock.sleep(OVERHEADS[overhead].invocation, request.signal);
      throw throttled();
    }
    const invocation = invocationIn(request.arguments, request.stateName);
    const { step, before = [], reads = [] } = invocation;
    const stores = [...before, invocation].reduce((sum, link) => sum + storesIn(link), 0);
    const source = states[request.stateName];
    const links = componentsInFusedChain(component).map((own, index): SimulatedLink => {
      const id = before[index]?.step ?? step;
      return { step: id, component: own, seconds: source?.role === 'step' ? secondsOf(id, own) : 0 };
    });
    const seconds = links.reduce((sum, link) => sum + link.seconds, 0);
    const isOwn = source !== undefined && callsOwnFunction(source);
    rounds.called({ step, component, isOwn, seconds, times: 1, links, stores }, request.callId);
    const { timeout = Number.POSITIVE_INFINITY } = invocation;
    // The function has ended when somebody answers.
    if (answerKindOf(component) !== undefined) {
      account.end();
      await clock.sleep(seconds * 1000 + OVERHEADS[overhead].invocation, request.signal);
      return callResult(assumed.answer(step, reads));
    }
    try {
      await clock.sleep(Math.min(seconds, timeout) * 1000 + OVERHEADS[overhead].invocation, request.signal);
    } finally {
      account.end();
    }
    if (seconds > timeout) throw tookTooLong(step, timeout);
    if (source?.role !== 'map-items') return callResult(assumed.answer(step, reads));
    maps.wrote(step, itemsIn(invocation).length);
    return callResult(writeItems(invocation, objects));
  };
  const result = await execute(machine, {
    input: escapeValue(assumed.input),
    type,
    name: 'simulated',
    clock,
    resolver,
    nestedMachines: machines,
    objects,
    random: randomFrom('the state machine'),
    onEvent: (event) => {
      counter.observe(event);
      perStep.observe(event);
      onEvent?.(event);
      if (type === 'STANDARD') expressItems.observe(event);
      histories.observe(event);
    },
    latency: (state, place) => {
      if (states[state]?.role === 'inner-failure') account.innerFailure(place.path);
      return rounds.entered(state, place) + (overhead === 'none' ? 0 : (latency.get(state) ?? 0));
    },
  });
  const { transitions, ...end } = endOf(result);
  return {
    ...end,
    transitions: transitions + rounds.transitions,
    events: histories.events,
    calls: rounds.calls,
    roundsSeconds: rounds.seconds,
    ...counter.counts(),
    turns: maps.turns(),
    objects,
    account: account.use(),
    expressItems: expressItems.all(),
    transitionsOf: perStep.byStep,
  };
}

/** What a function's wrapper says of a step that takes longer than its timeout allows. */
const tookTooLong = (step: string, seconds: number): TaskError => {
  const message = `step "${step}" took more than ${seconds} s; ${remedyOf(seconds * 1000, 'step')}`;
  return new TaskError(FUNCTION_TIMED_OUT, writeFault('TIMEOUT', message, step));
};

function endOf({ status, error, cause, transitions, startMs, stopMs }: ExecutionResult): ExecutionEnd {
  const failure = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
  return { status, ...failure, transitions, seconds: (stopMs - startMs) / 1000 };
}

type ExecutionEnd = Pick<MachineRun, 'status' | 'error' | 'cause' | 'transitions' | 'seconds'>;

/** How many blobs the attached work of a call stores. */
export const storesIn = ({ fused = [] }: FusedStep): number => fused.filter(({ does }) => does === 'store').length;

/** Does the work of the function that writes the items of a distributed Map to S3. */
function writeItems(invocation: Invocation, objects: MemoryObjects): Slots {
  const address = { Bucket: 'simulated', Key: `items of ${invocation.step}.json` };
  objects.put(address, JSON.stringify(itemsIn(invocation)));
  return { $: { ...address, Prefix: 'results' } };
}

const itemsIn = ({ input }: Invocation): readonly Json[] =>
  isObject(input) && Array.isArray(input.items) ? input.items : [];

/** Collects the Wait states and Map iterations in the history of a run. */
class EventCounter {
  readonly #states: SourceMap['states'];
  readonly #maps: MapRounds;
  readonly #waits = new Set<string>();
  #iterations = 0;

  constructor(states: SourceMap['states'], maps: MapRounds) {
    this.#states = states;
    this.#maps = maps;
  }

  observe({ type, stateName = '', details }: HistoryEvent): void {
    if (type === 'WaitStateEntered') this.#waits.add(this.#states[stateName]?.step ?? '');
    else if (type === 'MapIterationStarted') this.#iterations += 1;
    else if (type === 'MapStateStarted') this.#maps.began(stateName, Number(details.length));
  }

  counts(): Pick<MachineRun, 'waits' | 'iterations'> {
    return { waits: this.#waits, iterations: this.#iterations };
  }
}
