import { type Size, sizeOfMachine, sizeOfStates } from '../../../asl/sizes.ts';
import { mapSteps, type Plan } from '../../plan/plan.ts';
import type { Emitted } from '../emit.ts';
import { type SplitOptions, split } from './split.ts';

/** How the bodies of loops are split. */
export interface LoopSplitOptions extends Omit<SplitOptions, 'statesByTree'> {
  /** What the plan became before anything was split. */
  readonly emitted: Emitted;
}

/**
 * Moves parts of the flows of loops that go round in executions of their own into nested state machines, where the loop's
 * state machine would be too large. `prefix`: of the ids of the plan's steps.
 */
export function splitLoops(plan: Plan, options: LoopSplitOptions, prefix = ''): Plan {
  const steps = mapSteps(plan.steps, (planned) => {
    if (!planned.inner) return planned;
    const id = `${prefix}${planned.step.id}`;
    const inner = splitLoops(planned.inner, options, `${id}.`);
    const body = planned.ownExecutions ? splitBody(inner, options, id) : inner;
    return body === planned.inner ? planned : { ...planned, inner: body };
  });
  const isSame = [...steps].every(([id, planned]) => plan.steps.get(id) === planned);
  return isSame ? plan : { ...plan, steps };
}

function splitBody(inner: Plan, options: LoopSplitOptions, id: string): Plan {
  const { emitted, limits, nameOf } = options;
  const { statesByTree, loops, nestedMachines } = emitted;
  const machine = nestedMachines.find(({ name }) => name === loops.get(id)?.name)?.stateMachine;
  if (!machine || !inner.tree) return inner;
  const all = sizeOfMachine(machine);
  if (isWithin(all, limits)) return inner;
  const body = sizeOfStates(statesByTree.get(inner.tree) ?? []);
  const room = { bytes: limits.bytes - (all.bytes - body.bytes), events: limits.events - (all.events - body.events) };
  return split(inner, { ...options, statesByTree, nameOf: (first) => nameOf(`${id}.${first}`) }, room);
}

const isWithin = (size: Size, room: Size): boolean => size.bytes <= room.bytes && size.events <= room.events;
