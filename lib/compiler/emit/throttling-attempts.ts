import { callsOfMachine, EVENTS_OF_ATTEMPT, eventsOfMachine } from '../../asl/sizes.ts';
import {
  type Branch,
  DEFAULT_ATTEMPTS,
  type MapState,
  type Retrier,
  type State,
  type StateMachine,
} from '../../asl/state-machine.ts';
import { isDistributed } from '../../asl/walk-states.ts';
import { START_THROTTLED, THROTTLED } from '../../protocol/aws-errors.ts';
import { QUOTAS } from '../../protocol/quotas.ts';
import { byName } from './continuation.ts';

/** How often a call that is throttled is repeated. */
export const THROTTLING_ATTEMPTS = {
  /** In any state machine: two minutes in expectation. `Limits.events` leaves a history the room for them. */
  fewest: 5,
  /** Where a history has room for them: four hours in expectation. */
  most: 500,
  /** In an Express execution, which ends after 5 minutes: more would outlast it. */
  express: 12,
} as const;

/** The longest delay between two attempts, in seconds. */
const MAX_DELAY = 60;

/** Where attempts are fewer than these, the first delays are longer, so that they last for minutes. */
const FEW = 10;
const LONG_INTERVAL = 20;

/**
 * The delays of so many attempts: 1, 2, 4, … seconds, up to a minute; 20, 40, 60, … where they are few. With full jitter, each
 * delay is half of that on average.
 */
export const throttlingDelays = (attempts: number): Omit<Retrier, 'ErrorEquals'> => ({
  MaxAttempts: attempts,
  ...(attempts < FEW && { IntervalSeconds: LONG_INTERVAL }),
  MaxDelaySeconds: MAX_DELAY,
  JitterStrategy: 'FULL',
});

/** Events kept for what no definition shows, such as a redrive. */
const RESERVE = 100;

/**
 * A state machine whose calls are repeated as often while they are throttled as its history has room for if all of them are:
 * AWS ends an execution with more than 25,000 events. The item processor of a distributed Map has histories of its own.
 */
export const withThrottlingAttempts = (machine: StateMachine, type: 'STANDARD' | 'EXPRESS'): StateMachine =>
  changed(machine, type === 'EXPRESS' ? THROTTLING_ATTEMPTS.express : attemptsFor(machine));

/** The most attempts of each call for which a history has room. */
function attemptsFor(machine: Branch): number {
  const calls = callsOfMachine(machine);
  const { fewest, most } = THROTTLING_ATTEMPTS;
  if (calls === 0) return most;
  const room = QUOTAS.events - RESERVE - eventsOfMachine(machine);
  // The retrier for failures of the service does not say how many attempts it has: see retry.ts.
  const each = Math.floor(room / (calls * EVENTS_OF_ATTEMPT)) - DEFAULT_ATTEMPTS;
  return Math.min(most, Math.max(fewest, each));
}

function changed<T extends Branch>(scope: T, attempts: number): T {
  const states = Object.entries(scope.States).map(([name, state]) => [name, changedState(state, attempts)] as const);
  return { ...scope, States: byName(states) };
}

function changedState(state: State, attempts: number): State {
  switch (state.Type) {
    case 'Task':
      return state.Retry ? { ...state, Retry: state.Retry.map((retrier) => changedRetrier(retrier, attempts)) } : state;
    case 'Parallel':
      return { ...state, Branches: state.Branches.map((branch) => changed(branch, attempts)) };
    case 'Map':
      return { ...state, ItemProcessor: changed(state.ItemProcessor, inProcessor(state, attempts)) };
    default:
      return state;
  }
}

function inProcessor(state: MapState, around: number): number {
  if (!isDistributed(state)) return around;
  const { ItemProcessor: processor } = state;
  return processor.ProcessorConfig?.ExecutionType === 'EXPRESS' ? THROTTLING_ATTEMPTS.express : attemptsFor(processor);
}

const THROTTLING: ReadonlySet<string> = new Set([...THROTTLED, ...START_THROTTLED]);

const changedRetrier = (retrier: Retrier, attempts: number): Retrier =>
  retrier.ErrorEquals.every((error) => THROTTLING.has(error))
    ? { ErrorEquals: retrier.ErrorEquals, ...throttlingDelays(attempts) }
    : retrier;
