import * as z from 'zod';
import noop from '../../lambdas/builtin/noop.ts';
import type { Compiled } from '../../lib/compiler/compile.ts';
import { type ExecutionResult, execute } from '../../lib/engine/index.ts';
import type { HistoryEvent } from '../../lib/engine/types.ts';
import type { Json } from '../../lib/protocol/json.ts';
import { LongestHistory } from '../../lib/run/report/longest-history.ts';
import { componentResolver } from '../../lib/run/tasks/component-resolver.ts';
import { machineResolver } from '../../lib/run/tasks/nested-machines.ts';
import { component, FlowError } from '../../lib/runtime/index.ts';
import { wrap } from '../../lib/runtime/wrapper.ts';
import { memoryStore } from '../runtime/stores/memory-store.ts';

const STORE = { store: memoryStore };
const number = z.object({ n: z.number() });

/** Adds 1, or fails. */
const adding = (failsAt: number | undefined) =>
  wrap(
    component({ description: 'Adds', input: number, output: number }, async ({ n }) => {
      if (n + 1 === failsAt) throw new FlowError('COMPONENT_FAILED', `not to ${failsAt}`);
      return { n: n + 1 };
    }),
    STORE,
  );

const checking = wrap(
  component(
    {
      description: 'Says whether a number divides another',
      input: z.object({ n: z.number(), stop: z.number() }),
      output: z.object({ n: z.number(), done: z.boolean() }),
    },
    async ({ n, stop }) => ({ n, done: n % stop === 0 }),
  ),
  STORE,
);

/** The run of a compiled flow of loops in the engine, with AWS's limits. */
export interface LoopRun {
  readonly result: ExecutionResult;
  /** Events of the longest history. */
  readonly events: number;
}

/** Runs a compiled flow of loops. */
export async function runLoops(
  { stateMachine, nestedMachines, diagnostics }: Compiled,
  input: Json,
  {
    failsAt,
    onEvent,
  }: { readonly failsAt?: number | undefined; readonly onEvent?: (event: HistoryEvent) => void } = {},
): Promise<LoopRun> {
  if (!stateMachine) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  const histories = new LongestHistory();
  const handlers = new Map([
    ['/m/add', adding(failsAt)],
    ['/m/check', checking],
    ['/builtin/noop', wrap(noop, STORE)],
  ]);
  const find = async (path: string) => {
    const handler = handlers.get(path);
    if (!handler) throw new Error(`no component ${path}`);
    return handler;
  };
  const result = await execute(stateMachine, {
    input,
    resolver: componentResolver(find, { store: memoryStore(), log: () => {} }),
    nestedMachines: machineResolver(nestedMachines),
    onEvent: (event) => {
      histories.observe(event);
      onEvent?.(event);
    },
  });
  return { result, events: histories.events };
}
