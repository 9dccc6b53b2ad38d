import { fusesChains } from '../../flow/read/aws-metadata.ts';
import { builtinOf } from '../analyse/builtins.ts';
import type { Plan, PlannedStep, Reading } from '../plan/plan.ts';
import type { PlanTree } from '../plan/plan-tree.ts';
import { findFusibleChains } from './fusible-chains.ts';
import { asAbsorbed, type PlanPass } from './pass.ts';

const NAME = 'fuse-chains';

const NOT_ASKED = 'not asked for: metadata: { aws: { fuse: true } } of the flow, or --with fuse-chains';
const CALLED_ALONE =
  'left out: the flow runs flows that are only known then, and these may call its components one by one';

/**
 * Makes steps that stand one after the other one call of one function, where nobody else reads what is between them. As
 * each waited for the one before it anyway, no run takes longer.
 */
export const fuseChains: PlanPass<'fuse-chains'> = {
  rewrites: 'plan',
  name: NAME,
  title: 'a private chain of steps becomes one function',
  enlargesPayloads: true,
  onRequest: { isAsked: fusesChains, how: NOT_ASKED },
  unless: (plan) => (runsUnknownFlows(plan) ? CALLED_ALONE : undefined),
  rewrite: (plan, { isMocked }) => {
    const chains = findFusibleChains(plan, isMocked);
    const all = [...chains.values()];
    const absorbed = all.flatMap((chain) => chain.slice(0, -1).map(({ step }) => asAbsorbed(step, NAME)));
    return {
      plan: withChains(plan, chains),
      absorbed,
      changes: all.map((chain) => ({
        steps: chain.map(({ step }) => step.id),
        what: 'have one function, which is called once',
      })),
      saved: { states: absorbed.length },
    };
  },
};

/** Whether a step, or one of a flow inside a step, runs a flow that is not written out. */
const runsUnknownFlows = ({ steps }: Plan): boolean =>
  [...steps.values()].some(({ step, inner }) => {
    const builtin = builtinOf(step);
    return inner ? runsUnknownFlows(inner) : builtin !== undefined && builtin !== 'sleep';
  });

/** By the id of a chain's last step, its steps. */
type Chains = ReadonlyMap<string, readonly PlannedStep[]>;

function withChains(plan: Plan, chains: Chains): Plan {
  if (chains.size === 0) return plan;
  const hosts = new Map([...chains].flatMap(([host, chain]) => chain.map(({ step }) => [step.id, host] as const)));
  const isLink = (id: string): boolean => hosts.has(id) && !chains.has(id);
  const hostOf = (id: string): string => hosts.get(id) ?? id;
  const moved = (readings: readonly Reading[]): readonly Reading[] =>
    readings.map(({ reader, key }) => ({ reader: typeof reader === 'string' ? hostOf(reader) : reader, key }));
  const steps = [...plan.steps].flatMap(([id, planned]): [string, PlannedStep][] => {
    if (isLink(id)) return [];
    const one = fusedInto(planned, chains.get(id));
    const follows = one.follows !== undefined && { follows: hostOf(one.follows) };
    return [[id, { ...one, ...follows, readings: moved(one.readings) }]];
  });
  return {
    ...plan,
    steps: new Map(steps),
    hoistedConditions: new Map([...plan.hoistedConditions].map(([id, readings]) => [id, moved(readings)])),
    ...(plan.tree && { tree: without(plan.tree, isLink) }),
  };
}

/** The last step of a chain, with the others before it: it is wanted when the first is, and waits for what any of them reads. */
function fusedInto(planned: PlannedStep, chain: readonly PlannedStep[] = []): PlannedStep {
  const [first] = chain;
  if (!first) return planned;
  const { demand: _, follows: __, ...own } = planned;
  const ids = new Set(chain.map(({ step }) => step.id));
  const input = chain.flatMap(({ uses }) =>
    uses.input.filter(({ reference }) => reference.kind !== 'step' || !ids.has(reference.step)),
  );
  const { demand, follows, laterDeciders } = first;
  return {
    ...own,
    ...(demand && { demand }),
    ...(follows !== undefined && { follows }),
    laterDeciders,
    uses: { ...first.uses, input },
    fusedBefore: chain.slice(0, -1),
  };
}

/** A tree without some steps; a sequence of which one part is left is that part. */
function without(tree: PlanTree, isGone: (id: string) => boolean): PlanTree {
  if (tree.kind === 'parallel') return { ...tree, branches: tree.branches.map((branch) => without(branch, isGone)) };
  if (tree.kind === 'nested') return { ...tree, body: without(tree.body, isGone) };
  if (tree.kind !== 'sequence') return tree;
  const left = tree.parts.filter((part) => part.kind !== 'step' || !isGone(part.id));
  const [only, ...more] = left.map((part) => without(part, isGone));
  return only && more.length === 0 ? only : { kind: 'sequence', parts: only ? [only, ...more] : [] };
}
