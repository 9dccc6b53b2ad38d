import type { Plan } from '../plan/plan.ts';
import { fanOutsIn } from '../plan/plan-tree.ts';
import { type Names, nameOfMany } from './names.ts';

/** Where a step is called. */
export interface StepState {
  /** The name of the state. */
  readonly state: string;
  /** Which iteration of a Map it is, where steps that are alike share that state. */
  readonly index?: number;
}

/** Names the states of a plan's steps. Ids come first: a name that is made of several has to give way. */
export function statesOfSteps({ steps, tree }: Plan, prefix: string, names: Names): ReadonlyMap<string, StepState> {
  const fanOuts = tree ? fanOutsIn(tree) : [];
  const sharing = new Set(fanOuts.flatMap((fanOut) => fanOut.steps));
  const places = new Map<string, StepState>();
  for (const id of steps.keys()) if (!sharing.has(id)) places.set(id, { state: names.take(`${prefix}${id}`) });
  for (const fanOut of fanOuts) {
    const state = names.take(`${prefix}one of ${nameOfMany(fanOut.steps)}`);
    for (const [index, id] of fanOut.steps.entries()) places.set(id, { state, index });
  }
  return places;
}
