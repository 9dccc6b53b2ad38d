import { childrenOf, type Expression } from '../../flow/expression.ts';
import type { Step } from '../../flow/flow.ts';
import { DEFAULT_SECONDS, QUOTAS } from '../../protocol/quotas.ts';
import { builtinOf, callsBuiltin, inputField } from '../analyse/builtins.ts';
import { isStepUse, spreadsSkip, usesOf } from '../analyse/uses.ts';
import { OUTPUT, type Plan, type PlannedStep } from '../plan/plan.ts';
import type { PlanTree } from '../plan/plan-tree.ts';
import type { PassContext } from './pass.ts';
import { isGuarded } from './share-guards.ts';

/** Steps that a chain may have: so many have time in one function where none of their components says how long it takes. */
const MAX_CHAIN_LENGTH = Math.floor(QUOTAS.functionSeconds / DEFAULT_SECONDS);

/**
 * The chains of a plan, each of two steps or more, by the ids of their last ones: steps one after the other, each of which
 * reads one before it, while nobody else reads any but the last.
 */
export function findFusibleChains(
  plan: Plan,
  isMocked: PassContext['isOpaque'],
): ReadonlyMap<string, readonly PlannedStep[]> {
  const chains = new Map<string, readonly PlannedStep[]>();
  const visit = (tree: PlanTree): void => {
    if (tree.kind === 'parallel') tree.branches.forEach(visit);
    if (tree.kind !== 'sequence') return;
    for (const chain of chainsIn(tree.parts, plan, isMocked)) chains.set(chain.at(-1)?.step.id ?? '', chain);
    tree.parts.forEach(visit);
  };
  if (plan.tree) visit(plan.tree);
  return chains;
}

/** The chains among the parts of a sequence. */
function* chainsIn(
  parts: readonly PlanTree[],
  plan: Plan,
  isMocked: PassContext['isOpaque'],
): Generator<readonly PlannedStep[]> {
  const calls = parts.map((part) => {
    const planned = part.kind === 'step' ? plan.steps.get(part.id) : undefined;
    return planned && isCall(planned, isMocked) ? planned : undefined;
  });
  for (let at = 0; at < calls.length; at += 1) {
    const chain = chainFrom(calls.slice(at, at + MAX_CHAIN_LENGTH), plan);
    if (chain.length < 2) continue;
    yield chain;
    at += chain.length - 1;
  }
}

/** The longest chain that begins with the first of some parts; none where that calls nothing. */
function chainFrom(calls: readonly (PlannedStep | undefined)[], plan: Plan): readonly PlannedStep[] {
  const chain: PlannedStep[] = [];
  const ids = new Set<string>();
  const readers = new Set<string>();
  let length = 0;
  for (const planned of calls) {
    const [first = planned] = chain;
    if (!planned || !first || !isNext(planned, first, ids, plan)) break;
    chain.push(planned);
    ids.add(planned.step.id);
    readers.delete(planned.step.id);
    // Nobody else reads any of those before it.
    if (readers.size === 0) length = chain.length;
    if (planned.readings.some(({ reader }) => reader === OUTPUT)) break;
    for (const { reader } of planned.readings) if (typeof reader === 'string') readers.add(reader);
  }
  return chain.slice(0, length);
}

/** Whether a step calls the function of a component, and its failure is the flow's. */
function isCall({ step }: PlannedStep, isMocked: PassContext['isOpaque']): boolean {
  if (step.added || step.onError.action !== 'fail' || builtinOf(step) || isMocked(step)) return false;
  // Which files a function has is only known where their paths are written out; all steps of one component share them.
  return !callsBuiltin(step, 'load_file') || isText(inputField(step, 'path'));
}

const isText = (value: Expression | undefined): boolean => value?.kind === 'literal' && typeof value.value === 'string';

/** Whether a step runs whenever those before it do, and takes from them what its wrapper can put in. */
function isNext(planned: PlannedStep, first: PlannedStep, ids: ReadonlySet<string>, plan: Plan): boolean {
  if (planned === first) return true;
  const reads = planned.uses.input.some((use) => spreadsSkip(use) && ids.has(use.reference.step));
  return (
    reads && sharesGuard(planned, first, plan) && takesWhole(planned.step.input, ids) && !skipIfReads(planned.step, ids)
  );
}

function sharesGuard(planned: PlannedStep, first: PlannedStep, plan: Plan): boolean {
  if (planned.follows !== undefined) return planned.follows === (first.follows ?? first.step.id);
  return !isGuarded(planned, plan) && !isGuarded(first, plan);
}

/** Whether its `skipIf` asks any of the steps. */
const skipIfReads = ({ skipIf }: Step, ids: ReadonlySet<string>): boolean => skipIf !== undefined && reads(skipIf, ids);

/** Whether whatever an expression takes of the steps stands where the template has it as it is. */
function takesWhole(expression: Expression, ids: ReadonlySet<string>): boolean {
  if (expression.kind === 'step') return expression.onSkip === undefined || !ids.has(expression.step);
  // A map that may look like a marker is looked at by the state machine, when all of it is there.
  const isPlain = expression.kind === 'map' && expression.entries.every(({ key }) => !key.startsWith('$'));
  if (!isPlain && expression.kind !== 'list') return !reads(expression, ids);
  return childrenOf(expression).every((child) => takesWhole(child, ids));
}

const reads = (expression: Expression, ids: ReadonlySet<string>): boolean =>
  usesOf(expression).some((use) => isStepUse(use) && ids.has(use.reference.step));
