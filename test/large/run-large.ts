import * as z from 'zod';
import gathering from '../../lambdas/builtin/gather.ts';
import { GATHER } from '../../lib/compiler/analyse/gather.ts';
import type { Compiled } from '../../lib/compiler/compile.ts';
import type { PlanTree } from '../../lib/compiler/plan/plan-tree.ts';
import { type ExecutionResult, execute, VirtualClock } from '../../lib/engine/index.ts';
import { LongestHistory } from '../../lib/run/report/longest-history.ts';
import { componentResolver } from '../../lib/run/tasks/component-resolver.ts';
import { machineResolver } from '../../lib/run/tasks/nested-machines.ts';
import { component } from '../../lib/runtime/component.ts';
import { wrap } from '../../lib/runtime/wrapper.ts';
// What functions load only when they need it: a virtual clock would go on while a file is read.
import '../../lib/protocol/operation-at.ts';
import '../../lib/runtime/attached-work.ts';
import '../../lib/runtime/check-output.ts';
import '../../lib/runtime/operations.ts';
import { memoryStore } from '../runtime/stores/memory-store.ts';
import { idOf, MODULUS, type SummingFlow } from './draw-large.ts';

/** A run on a virtual clock. */
export interface LargeRun {
  readonly result: ExecutionResult;
  readonly ms: number;
  /** Events of the longest history. */
  readonly events: number;
}

/** Runs a compiled flow in the engine with AWS's limits; each step takes its duration. */
export async function runLarge(compiled: Compiled, flow: SummingFlow): Promise<LargeRun> {
  const clock = new VirtualClock();
  const histories = new LongestHistory();
  const sum = wrap(summing(flow, clock), NO_STORE);
  const gather = wrap(gathering, NO_STORE);
  const resolver = componentResolver(async (path) => (path === GATHER ? gather : sum), {
    store: memoryStore(),
    log: () => {},
  });
  const { stateMachine, nestedMachines } = compiled;
  if (!stateMachine) throw new Error(compiled.diagnostics.map(({ message }) => message).join('; '));
  const result = await execute(stateMachine, {
    resolver,
    clock,
    nestedMachines: machineResolver(nestedMachines),
    onEvent: (event) => histories.observe(event),
  });
  return { result, ms: result.stopMs - result.startMs, events: histories.events };
}

/** Each call has a store of its own, so that the default one is not used. */
const NO_STORE = {
  store: () => {
    throw new Error('A function was called without a store.');
  },
};

/** The component that returns one more than the sum of its input. */
function summing({ ms }: SummingFlow, clock: VirtualClock) {
  const times = new Map(ms.map((time, at) => [idOf(at), time]));
  const input = z.object({ of: z.array(z.number()) });
  return component({ description: 'Adds', input, output: z.json() }, async ({ of }, { step }) => {
    await clock.sleep(times.get(step) ?? 0);
    return { sum: of.reduce((sum, number) => (sum + number) % MODULUS, 1) };
  });
}

/** The makespan of a tree in milliseconds, with the durations of the flow's steps. */
export function makespan(tree: PlanTree | undefined, { ms }: SummingFlow): number {
  const times = new Map(ms.map((time, at) => [idOf(at), time]));
  const of = (part: PlanTree): number => {
    if (part.kind === 'step') return times.get(part.id) ?? 0;
    if (part.kind === 'nested') return of(part.body);
    if (part.kind === 'conditions') return 0;
    if (part.kind === 'fan-out') return Math.max(...part.steps.map((id) => times.get(id) ?? 0));
    return part.kind === 'sequence'
      ? part.parts.reduce((sum, one) => sum + of(one), 0)
      : part.branches.reduce((most, one) => Math.max(most, of(one)), 0);
  };
  return tree ? of(tree) : 0;
}
