import { builtinOf } from '../builtins.ts';
import { functionOf, type Plan, type PlannedStep, type Reading } from '../plan.ts';
import type { PlanTree } from '../plan-tree.ts';
import { findChains } from './chains.ts';
import { type AbsorbedStep, absorb, type Change, type PassContext, type PlanPass, type RewrittenPlan } from './pass.ts';

const NOT_ASKED = 'not asked for: metadata: { aws: { fuse: true } } of the flow, or --with fuse-chains';
const CALLED_ALONE =
  'left out: the flow runs flows that are only known then, and these may call its components one by one';

/**
 * Makes steps that stand one after the other one call of one function, where nobody else reads what is between them. As
 * each waited for the one before it anyway, no run takes longer.
 */
export const fuseChains: PlanPass = {
  name: 'fuse-chains',
  title: 'a private chain of steps becomes one function',
  rewrite: (plan, { fuse = false, isMocked = () => false }) => {
    if (!fuse) return { plan, off: NOT_ASKED };
    return runsUnknownFlows(plan) ? { plan, off: CALLED_ALONE } : withFusedChains(plan, isMocked);
  },
};

function withFusedChains(plan: Plan, isMocked: PassContext['isOpaque']): RewrittenPlan {
  const found: Found = { changes: [], absorbed: [] };
  const made = fuseIn(plan, '', isMocked, found);
  const { changes, absorbed } = found;
  const functions = Math.max(0, functionsOf(plan).size - functionsOf(made).size);
  const saved = { states: absorbed.length, functions };
  return { plan: changes.length > 0 ? { ...made, unfused: plan } : plan, absorbed, changes, saved };
}

/** Whether a step, or one of a flow inside a step, runs a flow that is not written out. */
const runsUnknownFlows = ({ steps }: Plan): boolean =>
  [...steps.values()].some(({ step, inner }) => {
    const builtin = builtinOf(step);
    return inner ? runsUnknownFlows(inner) : builtin !== undefined && builtin !== 'sleep';
  });

interface Found {
  readonly changes: Change[];
  readonly absorbed: AbsorbedStep[];
}

function fuseIn(plan: Plan, prefix: string, isMocked: PassContext['isOpaque'], found: Found): Plan {
  const withPrefix = (id: string): string => `${prefix}${id}`;
  const isOwn: PassContext['isOpaque'] = (step) => isMocked({ ...step, id: withPrefix(step.id) });
  const chains = findChains(plan, isOwn);
  for (const chain of chains.values()) {
    const ids = chain.map(({ step }) => withPrefix(step.id));
    found.changes.push({ steps: ids, what: 'have one function, which is called once' });
    for (const { step } of chain.slice(0, -1)) {
      const one = absorb(step, 'fuse-chains');
      found.absorbed.push({ ...one, id: withPrefix(one.id), sources: one.sources.map(withPrefix) });
    }
  }
  const inside = [...plan.steps].map(([id, planned]): [string, PlannedStep] => [
    id,
    planned.inner ? { ...planned, inner: fuseIn(planned.inner, `${prefix}${id}.`, isMocked, found) } : planned,
  ]);
  return withChains({ ...plan, steps: new Map(inside) }, chains);
}

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
    keeps: new Map([...plan.keeps].map(([id, readings]) => [id, moved(readings)])),
    ...(plan.tree && { tree: without(plan.tree, isLink) }),
  };
}

/** The last step of a chain, with the others before it: it is wanted when the first is, and waits for what any of them reads. */
function fusedInto(planned: PlannedStep, chain: readonly PlannedStep[] = []): PlannedStep {
  const [first] = chain;
  if (!first) return planned;
  const { wanted: _, follows: __, ...own } = planned;
  const ids = new Set(chain.map(({ step }) => step.id));
  const input = chain.flatMap(({ uses }) =>
    uses.input.filter(({ reference }) => reference.kind !== 'step' || !ids.has(reference.step)),
  );
  const { wanted, follows, later } = first;
  return {
    ...own,
    ...(wanted && { wanted }),
    ...(follows !== undefined && { follows }),
    later,
    uses: { ...first.uses, input },
    links: chain.slice(0, -1),
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

/** The functions that a plan's steps call, those of flows inside steps too. */
function functionsOf({ steps }: Plan): ReadonlySet<string> {
  const names = [...steps.values()].flatMap((planned) => [
    ...(builtinOf(planned.step) ? [] : [functionOf(planned)]),
    ...(planned.inner ? functionsOf(planned.inner) : []),
  ]);
  return new Set(names);
}
