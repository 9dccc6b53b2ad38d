import type { Expression } from '../../flow/expression.ts';
import type { Step } from '../../flow/flow.ts';
import { builtinOf, callsBuiltin, inputField } from '../builtins.ts';
import { type Plan, type PlannedStep, type PlanTree, spreadsSkip } from '../plan.ts';
import { isStepUse, usesOf } from '../uses.ts';
import type { PassContext } from './pass.ts';
import { isGuarded } from './share-guards.ts';

/**
 * The chains of a plan, each of two steps or more, by the ids of their last ones: steps one after the other, each of which
 * reads one before it, while nobody else reads any but the last.
 */
export function findChains(plan: Plan, isMocked: PassContext['isOpaque']): ReadonlyMap<string, readonly PlannedStep[]> {
  const chains = new Map<string, readonly PlannedStep[]>();
  const visit = (tree: PlanTree): void => {
    if (tree.kind === 'parallel') tree.branches.forEach(visit);
    if (tree.kind !== 'sequence') return;
    const parts = tree.parts.map((part) => (part.kind === 'step' ? plan.steps.get(part.id) : undefined));
    for (let at = 0; at < parts.length; at += 1) {
      const chain = chainFrom(parts.slice(at), plan, isMocked);
      const last = chain.at(-1);
      if (!last || chain.length < 2) continue;
      chains.set(last.step.id, chain);
      at += chain.length - 1;
    }
    tree.parts.forEach(visit);
  };
  if (plan.tree) visit(plan.tree);
  return chains;
}

/** The longest chain that begins with the first of some parts. */
function chainFrom(
  parts: readonly (PlannedStep | undefined)[],
  plan: Plan,
  isMocked: PassContext['isOpaque'],
): readonly PlannedStep[] {
  const chain: PlannedStep[] = [];
  let longest: readonly PlannedStep[] = [];
  for (const planned of parts) {
    if (!planned || !isCall(planned, isMocked) || !isNext(planned, chain, plan)) break;
    chain.push(planned);
    if (isPrivate(chain)) longest = [...chain];
    // Who reads the output is no step that could still come.
    if (planned.readings.some(({ reader }) => typeof reader !== 'string')) break;
  }
  return longest;
}

/** Whether a step calls the function of a component, and its failure is the flow's. */
function isCall({ step }: PlannedStep, isMocked: PassContext['isOpaque']): boolean {
  if (step.added || step.onError.action !== 'fail' || builtinOf(step) || isMocked(step)) return false;
  // Which files a function has is only known where their paths are written out; all steps of one component share them.
  return !callsBuiltin(step, 'load_file') || isText(inputField(step, 'path'));
}

const isText = (value: Expression | undefined): boolean => value?.kind === 'literal' && typeof value.value === 'string';

/** Whether a step runs whenever those before it do, and takes from them what its wrapper can put in. */
function isNext(planned: PlannedStep, chain: readonly PlannedStep[], plan: Plan): boolean {
  const [first] = chain;
  if (!first) return true;
  const ids = new Set(chain.map(({ step }) => step.id));
  const reads = planned.uses.input.some((use) => spreadsSkip(use) && ids.has(use.reference.step));
  return reads && sharesGuard(planned, first, plan) && takesWhole(planned.step.input, ids) && !asks(planned.step, ids);
}

function sharesGuard(planned: PlannedStep, first: PlannedStep, plan: Plan): boolean {
  if (planned.follows !== undefined) return planned.follows === (first.follows ?? first.step.id);
  return !isGuarded(planned, plan) && !isGuarded(first, plan);
}

/** Whether its `skipIf` asks any of the steps. */
const asks = ({ skipIf }: Step, ids: ReadonlySet<string>): boolean => skipIf !== undefined && reads(skipIf, ids);

/** Whether whatever an expression takes of the steps stands where the template has it as it is. */
function takesWhole(expression: Expression, ids: ReadonlySet<string>): boolean {
  if (expression.kind === 'list') return expression.items.every((item) => takesWhole(item, ids));
  if (expression.kind === 'step') return expression.onSkip === undefined || !ids.has(expression.step);
  // A map that may look like a marker is looked at by the state machine, when all of it is there.
  const isPlain = expression.kind === 'map' && expression.entries.every(({ key }) => !key.startsWith('$'));
  return isPlain ? expression.entries.every(({ value }) => takesWhole(value, ids)) : !reads(expression, ids);
}

const reads = (expression: Expression, ids: ReadonlySet<string>): boolean =>
  usesOf(expression).some((use) => isStepUse(use) && ids.has(use.reference.step));

/** Whether nobody but the steps themselves reads any but the last. */
function isPrivate(chain: readonly PlannedStep[]): boolean {
  const ids = new Set<unknown>(chain.map(({ step }) => step.id));
  return chain.slice(0, -1).every(({ readings }) => readings.every(({ reader }) => ids.has(reader)));
}
