import type { StateMachine } from '../asl/state-machine.ts';
import { mapStates } from '../asl/walk-states.ts';
import type { AccountUse } from './account.ts';
import type { Definitions, MachineRun } from './run-machine.ts';

/** A run in an account with a limit of concurrent calls. */
export interface LimitedRun {
  readonly run: MachineRun;
  readonly costUsd: number;
}

/** Runs in an account with a limit of concurrent calls; numbers are means over the runs. */
export interface LimitedFigures extends AccountUse {
  /** How the runs ended; of several, how one ended that did not succeed. */
  readonly status: MachineRun['status'];
  /** The Error of a run that did not succeed. */
  readonly error?: string;
  readonly makespanSeconds: number;
  /** States entered, and each repeated call. */
  readonly transitions: number;
  readonly costUsd: number;
}

/** What a limit of concurrent calls does to a flow. */
export interface ConcurrencyFigures {
  /** The calls that the account allows at once. */
  readonly limit: number;
  /** With the bounds of the compiled Maps. */
  readonly bounded: LimitedFigures;
  /** Without any `MaxConcurrency`: what the bounds cost, and what they prevent. */
  readonly unbounded: LimitedFigures;
}

/** The figures of one run or more. */
export function limitedFigures(runs: readonly LimitedRun[]): LimitedFigures {
  const mean = (pick: (one: LimitedRun) => number): number =>
    Math.round((runs.reduce((sum, one) => sum + pick(one), 0) / runs.length) * 1e9) / 1e9;
  const { status = 'SUCCEEDED', error } = runs.find(({ run }) => run.status !== 'SUCCEEDED')?.run ?? {};
  return {
    status,
    ...(error !== undefined && { error }),
    makespanSeconds: mean(({ run }) => run.seconds),
    callsAtOnce: mean(({ run }) => run.account.callsAtOnce),
    throttledCalls: mean(({ run }) => run.account.throttledCalls),
    lostCalls: mean(({ run }) => run.account.lostCalls),
    lostItems: mean(({ run }) => run.account.lostItems),
    transitions: mean(({ run }) => run.transitions),
    costUsd: mean((one) => one.costUsd),
  };
}

/** Definitions in which no Map has a bound: AWS runs 40 iterations of an inline one at once, 10,000 of a distributed one. */
export const withoutBounds = ({ stateMachine, nestedMachines, sourceMap }: Definitions): Definitions => ({
  sourceMap,
  stateMachine: withoutBoundsIn(stateMachine),
  nestedMachines: nestedMachines.map((one) => ({ ...one, stateMachine: withoutBoundsIn(one.stateMachine) })),
});

const withoutBoundsIn = (machine: StateMachine): StateMachine =>
  mapStates(machine, (state) => {
    if (state.Type !== 'Map') return state;
    const { MaxConcurrency: _, ...rest } = state;
    return rest;
  });
