import { childrenOf, type Expression } from '../../flow/expression.ts';
import type { Step } from '../../flow/flow.ts';
import { DEFAULT_SECONDS, QUOTAS } from '../../protocol/quotas.ts';
import { builtinOf, callsBuiltin, inputField } from '../analyse/builtins.ts';
import { isStepUse, spreadsSkip, usesOf } from '../analyse/uses.ts';
import { OUTPUT, type Plan, type PlannedStep } from '../plan/plan.ts';
import type { PlanTree } from '../plan/plan-tree.ts';
import type { PassContext } from './pass.ts';
import { isGuarded } from './share-guards.ts';

/** The longest chain: as many calls of the default duration as fit into the time limit of a function. */
const MAX_CHAIN_LENGTH = Math.floor(QUOTAS.functionSeconds / DEFAULT_SECONDS);

/**
 * The chains of a plan by the id of their last step: two or more consecutive steps, each of which reads an earlier one, and
 * of which only the last is read by others.
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

/** The longest chain that starts with the first of these calls; empty if that is not a call. */
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
    // No step outside the chain reads any of those before it.
    if (readers.size === 0) length = chain.length;
    if (planned.readings.some(({ reader }) => reader === OUTPUT)) break;
    for (const { reader } of planned.readings) if (typeof reader === 'string') readers.add(reader);
  }
  return chain.slice(0, length);
}

/** Whether a step calls the function of a component, and fails the flow if that fails. */
function isCall({ step }: PlannedStep, isMocked: PassContext['isOpaque']): boolean {
  if (step.added || step.onError.action !== 'fail' || builtinOf(step) || isMocked(step)) return false;
  if (step.waits) return false;
  // The function has one time for all steps of the chain.
  if (step.timeout !== undefined) return false;
  // A file is bundled with the function, so its path must be a literal.
  return !callsBuiltin(step, 'load_file') || isText(inputField(step, 'path'));
}

const isText = (value: Expression | undefined): boolean => value?.kind === 'literal' && typeof value.value === 'string';

/** Whether a step runs whenever the steps before it do, and reads them only in ways that its wrapper can resolve. */
function isNext(planned: PlannedStep, first: PlannedStep, ids: ReadonlySet<string>, plan: Plan): boolean {
  if (planned === first) return true;
  const reads = planned.uses.input.some((use) => spreadsSkip(use) && ids.has(use.reference.step));
  return (
    reads &&
    sharesGuard(planned, first, plan) &&
    readsOnlyValues(planned.step.input, ids) &&
    !skipIfReads(planned.step, ids)
  );
}

function sharesGuard(planned: PlannedStep, first: PlannedStep, plan: Plan): boolean {
  if (planned.follows !== undefined) return planned.follows === (first.follows ?? first.step.id);
  return !isGuarded(planned, plan) && !isGuarded(first, plan);
}

/** Whether its `skipIf` reads any of the steps. */
const skipIfReads = ({ skipIf }: Step, ids: ReadonlySet<string>): boolean => skipIf !== undefined && reads(skipIf, ids);

/** Whether an expression uses the steps only as values of maps and lists, which the wrapper can fill in. */
function readsOnlyValues(expression: Expression, ids: ReadonlySet<string>): boolean {
  if (expression.kind === 'step') return expression.onSkip === undefined || !ids.has(expression.step);
  // A map that may look like a marker must be complete when the state machine escapes it.
  const isPlain = expression.kind === 'map' && expression.entries.every(({ key }) => !key.startsWith('$'));
  if (!isPlain && expression.kind !== 'list') return !reads(expression, ids);
  return childrenOf(expression).every((child) => readsOnlyValues(child, ids));
}

const reads = (expression: Expression, ids: ReadonlySet<string>): boolean =>
  usesOf(expression).some((use) => isStepUse(use) && ids.has(use.reference.step));
