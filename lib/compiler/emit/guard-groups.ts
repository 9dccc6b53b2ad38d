import type { Plan, PlannedStep } from '../plan/plan.ts';
import type { PlanTree } from '../plan/plan-tree.ts';

/** How the guard of a step goes together with those of others. */
export interface GuardGroup {
  /** The steps that are passed over with it, which come right after it. */
  readonly followers: readonly PlannedStep[];
  /** Whether the step is one of another's followers, and has no guard. */
  readonly isFollower: boolean;
}

/** What stands alone. */
export const OWN_GUARD: GuardGroup = { followers: [], isFollower: false };

/** The groups of the steps of a sequence, by the position of the part. `isGuarded`: whether a step has a guard at all. */
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

/** Those that follow a step, from a position on. */
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
