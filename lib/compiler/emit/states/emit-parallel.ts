import type { ParallelState } from '../../../asl/state-machine.ts';
import { firstStepIn, type PlanTree, stepsIn } from '../../plan/plan-tree.ts';
import { transitionTo } from '../continuation.ts';
import type { FlowEmitter } from '../emit-flow.ts';
import type { TreeContext } from '../frame.ts';
import { evaluated, type Jsonata, jsonata, lookup } from '../jsonata/jsonata.ts';
import { nameOfMany } from '../names.ts';
import { componentRetries } from './retry.ts';

type Parallel = Extract<PlanTree, { kind: 'parallel' }>;

/**
 * Emits what runs side by side as a Parallel, which hands out what is read of its branches. With a `whole`, its only branch is
 * a step that is repeated, or fails, as a whole: see whole-steps.ts.
 */
export function emitParallel(emitter: FlowEmitter, tree: Parallel, { scopePath, states, after }: TreeContext): string {
  const { layout, plan, prefix } = emitter.frame;
  const whole = plan.steps.get(tree.whole ?? '');
  const name = whole
    ? emitter.stateName(whole, 'whole')
    : emitter.shared.states.take(prefix + nameOfMany(tree.branches.map((branch) => firstStepIn(branch) ?? '')));
  const onError = whole?.step.onError;
  const retry = onError?.action === 'retry' ? componentRetries(onError, true) : [];
  const catchers = whole
    ? emitter.catchers(whole, { name, scopePath, states, after }, true)
    : emitter.outerCatchers(scopePath);
  const handed = new Map<string, Jsonata>();
  const branches = tree.branches.map((branch, index) => {
    const out = stepsIn(branch).filter((id) => layout.keysOutside(id, scopePath.length + 1).length > 0);
    for (const id of out) handed.set(id, lookup(jsonata`$states.result[${index}]`, id));
    return emitter.branch(branch, out, layout.into(branch, scopePath));
  });
  const assigned = [...handed].map(([id, slots]) => [layout.nameAt(id, scopePath.length), evaluated(slots)]);
  const state: ParallelState = {
    Type: 'Parallel',
    Branches: branches,
    ...(retry.length > 0 && { Retry: retry }),
    ...(catchers.length > 0 && { Catch: catchers }),
    ...('next' in after && assigned.length > 0 && { Assign: Object.fromEntries(assigned) }),
    ...transitionTo(after, (id) => handed.get(id)),
  };
  return states.add(name, state, whole ? emitter.source('whole', whole) : emitter.source('parallel'));
}
