import { fusesChains } from '../../flow/read/aws-metadata.ts';
import { builtinOf } from '../analyse/builtins.ts';
import type { Plan, PlannedStep, Reading } from '../plan/plan.ts';
import type { PlanTree } from '../plan/plan-tree.ts';
import { findFusibleChains } from './fusible-chains.ts';
import { asAbsorbed, type PlanPass } from './pass.ts';

const NAME = 'fuse-chains';

const NOT_ASKED = 'off by default: set metadata: { aws: { fuse: true } } in the flow, or use --with fuse-chains';
const CALLED_SEPARATELY =
  'left out: the flow runs inner flows that are only known at run time, and these may call its components directly';

/**
 * Fuses consecutive steps into one call of one function, where no other step reads the results between them. As each step
 * waited for the one before it anyway, no run takes longer.
 */
export const fuseChains: PlanPass<'fuse-chains'> = {
  rewrites: 'plan',
  name: NAME,
  title: 'a chain of steps without other readers becomes one function',
  enlargesPayloads: true,
  onRequest: { isAsked: fusesChains, how: NOT_ASKED },
  unless: (plan) => (runsUnknownFlows(plan) ? CALLED_SEPARATELY : undefined),
  rewrite: (plan, { isMocked }) => {
    const chains = findFusibleChains(plan, isMocked);
    const all = [...chains.values()];
    const absorbed = all.flatMap((chain) => chain.slice(0, -1).map(({ step }) => asAbsorbed(step, NAME)));
    return {
      plan: withChains(plan, chains),
      absorbed,
      changes: all.map((chain) => ({
        steps: chain.map(({ step }) => step.id),
        what: 'share one function, which is called once',
      })),
      saved: { states: absorbed.length },
    };
  },
};

/** Whether a step, or a step of an inner flow, runs a flow that is only known at run time. */
const runsUnknownFlows = ({ steps }: Plan): boolean =>
  [...steps.values()].some(({ step, inner }) => {
    const builtin = builtinOf(step);
    return inner ? runsUnknownFlows(inner) : builtin !== undefined && builtin !== 'sleep';
  });

/** The steps of each chain, by the id of its last step. */
type Chains = ReadonlyMap<string, readonly PlannedStep[]>;

function withChains(plan: Plan, chains: Chains): Plan {
  if (chains.size === 0) return plan;
  const hosts = new Map([...chains].flatMap(([host, chain]) => chain.map(({ step }) => [step.id, host] as const)));
  const isLink = (id: string): boolean => hosts.has(id) && !chains.has(id);
  const hostOf = (id: string): string => hosts.get(id) ?? id;
  const moved = (readings: readonly Reading[]): readonly Reading[] =>
    readings.map(({ reader, key }) => ({ reader: typeof reader === 'string' ? hostOf(reader) : reader, key }));
  // What comes after one of a chain's steps comes after the chain, unless it is in the chain itself.
  const inOrder = (planned: PlannedStep): PlannedStep => {
    const own = hostOf(planned.step.id);
    const after = planned.uses.after.map(({ reference, ...use }) => {
      const host = hostOf(reference.step);
      return { ...use, reference: host === own ? reference : { ...reference, step: host } };
    });
    return { ...planned, uses: { ...planned.uses, after } };
  };
  const steps = [...plan.steps].flatMap(([id, planned]): [string, PlannedStep][] => {
    if (isLink(id)) return [];
    const one = fusedInto(inOrder(planned), chains.get(id)?.map(inOrder));
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

/** The last step of a chain, made to run the whole chain: on the condition of the first, after all that any of them reads. */
function fusedInto(planned: PlannedStep, chain: readonly PlannedStep[] = []): PlannedStep {
  const [first] = chain;
  if (!first) return planned;
  const { demand: _, follows: __, ...own } = planned;
  const ids = new Set(chain.map(({ step }) => step.id));
  const input = chain.flatMap(({ uses }) =>
    uses.input.filter(({ reference }) => reference.kind !== 'step' || !ids.has(reference.step)),
  );
  const after = chain.flatMap(({ uses }) => uses.after.filter(({ reference }) => !ids.has(reference.step)));
  const { demand, follows, laterDeciders } = first;
  return {
    ...own,
    ...(demand && { demand }),
    ...(follows !== undefined && { follows }),
    laterDeciders,
    uses: { ...first.uses, input, after },
    fusedBefore: chain.slice(0, -1),
  };
}

/** The tree without some steps; a sequence with a single remaining part becomes that part. */
function without(tree: PlanTree, isRemoved: (id: string) => boolean): PlanTree {
  if (tree.kind === 'parallel') return { ...tree, branches: tree.branches.map((branch) => without(branch, isRemoved)) };
  if (tree.kind === 'nested') return { ...tree, body: without(tree.body, isRemoved) };
  if (tree.kind !== 'sequence') return tree;
  const remaining = tree.parts.filter((part) => part.kind !== 'step' || !isRemoved(part.id));
  const [only, ...more] = remaining.map((part) => without(part, isRemoved));
  return only && more.length === 0 ? only : { kind: 'sequence', parts: only ? [only, ...more] : [] };
}
