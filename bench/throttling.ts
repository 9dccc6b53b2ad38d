import type { Retrier, State, StateMachine } from '../lib/asl/state-machine.ts';
import { mapStates } from '../lib/asl/walk-states.ts';
import { type Compiled, compile } from '../lib/compiler/compile.ts';
import { type LimitedFigures, simulateCompiled } from '../lib/simulate/index.ts';

/**
 * A map over 10,000 items in an account that allows 1,000 calls at once, on the virtual clock of `simulate`: as compiled,
 * without the bound of its Map, and as it was compiled before throttled calls had a retrier of their own. Run with
 * `npx tsx bench/throttling.ts`.
 */
const ITEMS = 10_000;
const LIMIT = 1000;

const FLOW = `
steps:
  - id: each
    component: /builtin/map
    input: { items: { $input: items }, workflow: { steps: [{ id: one, component: /my/one, input: { $input: $ } }], output: { $step: one } } }
output: { $step: each }
`;

/** One retrier for all failures of the service: five attempts, of which four wait 1 to 8 s, and the last 16 s, at most. */
const FORMER: Retrier = {
  ErrorEquals: [
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.TooManyRequestsException',
    'Lambda.Unknown',
  ],
  MaxAttempts: 5,
  MaxDelaySeconds: 30,
  JitterStrategy: 'FULL',
};

const withFormerRetry = (machine: StateMachine): StateMachine =>
  mapStates(machine, (state): State => (state.Type === 'Task' ? { ...state, Retry: [FORMER] } : state));

function formerly(compiled: Compiled): Compiled {
  const { stateMachine } = compiled;
  return stateMachine ? { ...compiled, stateMachine: withFormerRetry(stateMachine) } : compiled;
}

/** Simulates with functions that take so many seconds. */
async function under(compiled: Compiled, seconds: number) {
  const profile = { steps: { 'each.one': { seconds } } };
  const { simulation, failure } = await simulateCompiled(compiled, { profile, items: ITEMS, concurrency: LIMIT });
  if (!simulation?.concurrency) throw new Error(`the simulation failed: ${JSON.stringify(failure)}`);
  return simulation.concurrency;
}

const number = (value: number, width: number): string => Math.round(value).toLocaleString('en').padStart(width);

function print(seconds: number, what: string, { makespanSeconds, throttledCalls, lostItems, costUsd }: LimitedFigures) {
  const columns = [number(makespanSeconds, 8), number(throttledCalls, 10), number(lostItems, 8)];
  console.log(`${number(seconds, 4)} s  ${what.padEnd(44)}${columns.join('')}  $${costUsd.toFixed(2).padStart(6)}`);
}

console.log(`${'function'.padEnd(8)}${''.padEnd(44)}makespan throttled    lost     cost`);
const compiled = compile(FLOW);
for (const seconds of [5, 60]) {
  const now = await under(compiled, seconds);
  const before = await under(formerly(compiled), seconds);
  print(seconds, 'no bound, five attempts', before.unbounded);
  print(seconds, 'no bound, a retrier for throttled calls', now.unbounded);
  print(seconds, 'bounded, five attempts', before.bounded);
  print(seconds, 'as compiled: bounded, with that retrier', now.bounded);
  const all = await under(compile(FLOW, { maxConcurrency: LIMIT }), seconds);
  print(seconds, 'bounded by the limit, with that retrier', all.bounded);
}
