import { randomUUID } from 'node:crypto';
import type { StateMachine } from '../../asl/state-machine.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { checkType, type LoadedStateMachine, loadStateMachine } from '../definition/load.ts';
import type { ExecuteOptions, ExecutionResult } from '../types.ts';
import { realClock } from './clock.ts';
import { Execution, type Host } from './execution.ts';
import { runToEnd } from './run-to-end.ts';

/**
 * Runs a state machine to its end, and all executions that its tasks start. A failed execution is a result. Rejects with
 * a {@link DefinitionError} for a definition that cannot run, and with any fault of the host, such as a resolver that
 * rejects with something other than a TaskError.
 */
export async function execute(
  machine: StateMachine | JsonObject | LoadedStateMachine,
  options: ExecuteOptions,
): Promise<ExecutionResult> {
  const loaded = isLoaded(machine) ? machine : loadStateMachine(machine);
  const input = options.input === undefined ? {} : options.input;
  const host = hostOf(options);
  checkType(loaded, host.type);
  const execution = new Execution(host, options.name ?? randomUUID(), input);
  const end = await runToEnd(execution, loaded, options.signal);
  const stopMs = host.clock.now();
  // The list may still grow: a detached execution may start others.
  for (const end of host.executionTree.detached) await end;
  return {
    id: execution.id,
    ...end,
    startMs: execution.startMs,
    stopMs,
    transitions: execution.counter.transitions,
    events: execution.history.length,
  };
}

const isLoaded = (machine: StateMachine | JsonObject | LoadedStateMachine): machine is LoadedStateMachine =>
  'machine' in machine && 'definition' in machine;

const hostOf = (options: ExecuteOptions): Host => ({
  resolver: options.resolver,
  tokens: options.tokens,
  nestedMachines: options.nestedMachines,
  objects: options.objects,
  clock: options.clock ?? realClock,
  random: options.random ?? Math.random,
  type: options.type ?? 'STANDARD',
  stateMachineName: options.stateMachineName ?? 'local',
  onEvent: options.onEvent,
  latency: options.latency,
  executionTree: { ids: new Set(), detached: [], signal: options.signal },
});
