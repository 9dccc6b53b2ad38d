import type { RequiredInput } from '../../flow/flow.ts';
import { missingInputText } from '../../protocol/failure-place.ts';
import type { DemandClause } from '../plan/hoisted-conditions.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import type { PlanTree } from '../plan/plan-tree.ts';
import type { Fault } from './frame.ts';
import { anyGated, mayMiss, missingIn, skippedIn, testOfValue } from './jsonata/answers.ts';
import type { ExpressionScope } from './jsonata/expression-scope.ts';
import { pathOf } from './jsonata/input-path.ts';
import { all, any, choose, FALSE, type Jsonata, jsonata, not, quote, TRUE } from './jsonata/jsonata.ts';
import { missingText } from './jsonata/missing-text.ts';
import { neighbours } from './neighbours.ts';

/**
 * The condition under which the state machine passes a step over: nothing wants it, its `skipIf` holds, or it reads a
 * skipped step. {@link FALSE} where it never does.
 *
 * `maySkip`: whether the state machine has to expect that a step was skipped. Any component may also skip its own step. The
 * wrapper of each function that reads it handles that; a step without a function has no wrapper.
 */
export function passesOver(
  { step, uses, demand, laterDeciders }: PlannedStep,
  scope: ExpressionScope,
  maySkip: (id: string) => boolean,
): Jsonata {
  const isWanted = demand ? wantedTest(demand, { ...scope, laterDeciders }) : TRUE;
  const skipIf = step.skipIf ? testOfValue(step.skipIf, 'skipIf', scope) : FALSE;
  const skippable = uses.input.filter(({ reference }) => reference.kind === 'step' && maySkip(reference.step));
  return any([not(isWanted), skipIf, skippedIn(skippable, scope)]);
}

/** Whether any clause of a demand holds. Neighbours with the same hoisted condition ask for it once. */
export function wantedTest(demand: readonly DemandClause[], outer: ExpressionScope): Jsonata {
  const scope = { ...outer, known: demand[0]?.known };
  const groups = neighbours(demand, (one, other) => isSameCondition(one.hoisted, other.hoisted));
  return any(
    groups.map((clauses) => all([hoistedTest(clauses[0].hoisted, scope), anyGated(clauses, () => TRUE, scope)])),
  );
}

const isSameCondition = (one: DemandClause['hoisted'], other: DemandClause['hoisted']): boolean =>
  one?.hoistedAt === other?.hoistedAt && one?.name === other?.name;

const hoistedTest = (hoisted: DemandClause['hoisted'], scope: ExpressionScope): Jsonata =>
  hoisted === undefined ? TRUE : scope.hoisted(hoisted);

/** The fault of a step whose input has something missing, for steps that have no function to report it. */
export function inputFault({ step, uses }: PlannedStep, scope: ExpressionScope): PossibleFault | undefined {
  if (!uses.input.some((use) => mayMiss(use, scope.inputSchema))) return undefined;
  const message = missingText(uses.input, `the input of step ${JSON.stringify(step.id)}`, scope);
  return { condition: missingIn(uses.input, scope), fault: { code: 'EXPRESSION_FAILURE', message } };
}

/** The fault of a step whose `skipIf` has operands that do not fit an operator. */
export function skipIfFault(
  { step, uses, demand, laterDeciders }: PlannedStep,
  scope: ExpressionScope,
): PossibleFault | undefined {
  if (!uses.skipIf.some((use) => mayMiss(use, scope.inputSchema))) return undefined;
  const isWanted = demand ? wantedTest(demand, { ...scope, laterDeciders }) : TRUE;
  const message = missingText(uses.skipIf, `the skipIf of step ${JSON.stringify(step.id)}`, scope);
  const condition = all([isWanted, missingIn(uses.skipIf, scope)]);
  return { condition, fault: { code: 'EXPRESSION_FAILURE', message } };
}

/** A fault, and the condition under which it is one. */
interface PossibleFault {
  readonly condition: Jsonata;
  readonly fault: Fault;
}

/** The faults of a flow input that lacks what steps need, for steps that have no function to report it. */
export function flowInputFaults(requires: readonly RequiredInput[], input: Jsonata, prefix: string): PossibleFault[] {
  if (requires.length === 0) return [];
  const cases = requires.map(({ path, step }) => ({
    absent: not(jsonata`$exists(${pathOf(input, path)})`),
    text: quote(missingInputText(`${prefix}${step}`, path.text)),
  }));
  const message = cases.reduceRight<Jsonata>((rest, { absent, text }) => choose(absent, text, rest), quote(''));
  return [{ condition: any(cases.map(({ absent }) => absent)), fault: { code: 'EXPRESSION_FAILURE', message } }];
}

/** How a step shares its guard with others. */
export interface GuardGroup {
  /** The steps right after it that are passed over with it. */
  readonly followers: readonly PlannedStep[];
  /** Whether the step follows another one, whose guard is its guard too. */
  readonly isFollower: boolean;
}

/** A step that shares its guard with no other. */
export const OWN_GUARD: GuardGroup = { followers: [], isFollower: false };

/** The groups of a sequence, one for each of its parts. `isGuarded`: whether a step has a guard at all. */
export function guardGroups(
  parts: readonly PlanTree[],
  { steps }: Plan,
  isGuarded: (planned: PlannedStep) => boolean,
): readonly GuardGroup[] {
  const planned = parts.map((part) => (part.kind === 'step' ? steps.get(part.id) : undefined));
  const groups: GuardGroup[] = [];
  for (let at = 0; at < parts.length; at += 1) {
    const leader = planned[at];
    const followers = leader ? followersOf(leader, planned, at + 1) : [];
    const shares = leader !== undefined && followers.length > 0 && isGuarded(leader);
    groups.push(shares ? { followers, isFollower: false } : OWN_GUARD);
    if (!shares) continue;
    for (const _ of followers) groups.push({ followers: [], isFollower: true });
    at += followers.length;
  }
  return groups;
}

/** The steps from a position on that follow a step. */
function followersOf(
  { step }: PlannedStep,
  all: readonly (PlannedStep | undefined)[],
  from: number,
): readonly PlannedStep[] {
  const followers: PlannedStep[] = [];
  for (let at = from; at < all.length; at += 1) {
    const planned = all[at];
    if (planned?.follows !== step.id) break;
    followers.push(planned);
  }
  return followers;
}
