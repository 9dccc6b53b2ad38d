import type { ReadPath, VariableReference } from '../../../flow/expression.ts';
import type { Plan } from '../../plan/plan.ts';
import { hoistedConditionsIn, idsIn, type PlanTree, stepsIn } from '../../plan/plan-tree.ts';
import { inputPaths, variablesIn } from '../jsonata/input-reads.ts';
import type { Layout, ScopePath } from '../layout.ts';

/** Slots of a step that pass from one state machine to another. */
export interface Crossed {
  readonly id: string;
  readonly keys: readonly string[];
  /** Whether these are all the slots that are there. */
  readonly whole: boolean;
}

/** What passes between a nested state machine and the one that starts it, in two payloads of at most 256 KiB. */
export interface Crossing {
  /** In its input: the slots of steps outside that are read inside. */
  readonly in: readonly Crossed[];
  /** In its input: the paths at which the flow's input is read inside. */
  readonly input: readonly ReadPath[];
  /** In its input: the variables that are read inside, where a run gives values to them. */
  readonly variables: readonly VariableReference[];
  /** In its output: the slots of steps inside that are read outside. */
  readonly out: readonly Crossed[];
}

/** What passes into and out of a nested state machine. `depth`: how many scopes are around the steps in it, its own included. */
export function crossingOf(plan: Plan, layout: Layout, body: PlanTree, depth: number): Crossing {
  const readers = new Set(idsIn(body));
  const steps = stepsIn(body).flatMap((id) => plan.steps.get(id) ?? []);
  const [first = ''] = readers;
  const outer = layout.scopePathOf(first).slice(0, depth - 1);
  const others = [...plan.steps.keys(), ...plan.hoistedConditions.keys()].filter((id) => !readers.has(id));
  return {
    in: others.flatMap((id) => crossed(plan, layout, id, readers, outer)),
    input: inputPaths(steps, hoistedConditionsIn(body)),
    variables: variablesIn(steps, hoistedConditionsIn(body)),
    out: handedOut(layout, readers, depth),
  };
}

function handedOut(layout: Layout, steps: Iterable<string>, depth: number): readonly Crossed[] {
  return [...steps].flatMap((id): readonly Crossed[] => {
    const keys = layout.keysOutside(id, depth);
    return keys.length === 0 ? [] : [{ id, keys, whole: keys.length === layout.keys(id).length }];
  });
}

function crossed(
  plan: Plan,
  layout: Layout,
  id: string,
  readers: ReadonlySet<string>,
  outer: ScopePath,
): readonly Crossed[] {
  const readings = plan.steps.get(id)?.readings ?? plan.hoistedConditions.get(id) ?? [];
  const read = readings.filter(({ reader }) => typeof reader === 'string' && readers.has(reader));
  const keys = [...new Set(read.map(({ key }) => key))];
  return keys.length === 0 ? [] : [{ id, keys, whole: keys.length === layout.keysFrom(id, outer).length }];
}
