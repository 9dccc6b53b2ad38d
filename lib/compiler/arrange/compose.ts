import { type Arranged, arrangedStep, inSequence, sideBySide } from './arranged.ts';
import type { CutRating } from './cut.ts';
import { divide, type Part } from './dag.ts';
import { findPerfectCuts } from './perfect-cuts.ts';
import type { Scenarios } from './scenarios.ts';
import { weakComponents } from './weak-components.ts';

/** What surrounds a part. */
export interface PartContext {
  /** Seconds that the part may take without lengthening what surrounds it. */
  readonly limit: number;
  /** The number of branches around it. */
  readonly depth: number;
  /** The number of cuts that led to it. */
  readonly cuts: number;
}

/** What all parts of a graph share while it is arranged. */
export interface ArrangeState {
  readonly scenarios: Scenarios;
  readonly effort: Effort;
}

/** The number of nodes and edges visited so far. Unlike time, it is the same on every machine. */
export interface Effort {
  spent: number;
}

/** Arranges a part that has no perfect cut. */
export type PartArranger = (part: Part, context: PartContext) => Arranged;

// Each Parallel passes on the results of those inside it. Without a bound on their depth, a definition would grow with the
// square of its steps, and the recursion exhaust the stack. Hand-written flows nest only a few levels deep.
const MAX_DEPTH = 16;

// Repeated cuts near an end would make the recursion as deep as a part is long. After this many, halves have to be even.
const UNEVEN_CUTS = 16;

/** How cuts of a part are rated in a context. */
export const ratingAt = ({ limit, cuts }: PartContext): CutRating => ({
  limit,
  even: cuts >= UNEVEN_CUTS,
  countsFit: true,
});

/**
 * Arranges a part as far as no step then waits longer than the graph requires: weakly connected components run in
 * parallel, and a connected part is divided at its perfect cuts. `arrangeCut` arranges the rest.
 */
export function compose(part: Part, context: PartContext, state: ArrangeState, arrangeCut: PartArranger): Arranged {
  state.effort.spent += part.size;
  const components = weakComponents(part);
  if (components.count > 1) {
    const branches = divide(part, components);
    return context.depth < MAX_DEPTH || branches.every(isChain)
      ? composeBranches(branches, context, state, arrangeCut)
      : arrangeCut(part, context);
  }
  return composeConnected(part, context, state, arrangeCut);
}

function composeConnected(part: Part, context: PartContext, state: ArrangeState, arrangeCut: PartArranger): Arranged {
  const [first] = part.nodes;
  if (part.nodes.length === 1 && first !== undefined) return arrangedStep(first, state.scenarios);
  const perfect = findPerfectCuts(part);
  if (perfect.count === 1) return arrangeCut(part, context);
  return composeParts(divide(part, perfect), context, state, arrangeCut);
}

/** Whether a connected part has as many levels as nodes. */
const isChain = ({ nodes, level }: Part): boolean => level.at(-1) === nodes.length - 1;

/** Arranges the longest branch first: the others may take as long as it does. */
function composeBranches(
  branches: readonly Part[],
  { limit, depth, cuts }: PartContext,
  state: ArrangeState,
  arrangeCut: PartArranger,
): Arranged {
  const arranged = new Map<Part, Arranged>();
  let longest = limit;
  for (const branch of branches.toSorted((a, b) => b.length - a.length)) {
    longest = Math.max(longest, branch.length);
    const done = composeConnected(branch, { limit: longest, depth: depth + 1, cuts }, state, arrangeCut);
    longest = Math.max(longest, done.makespans[0] ?? 0);
    arranged.set(branch, done);
  }
  return sideBySide(branches.flatMap((branch) => arranged.get(branch) ?? []));
}

/** Arranges parts in sequence. What one part leaves of the limit, the next may use. */
export function composeParts(
  parts: readonly Part[],
  { limit, depth, cuts }: PartContext,
  state: ArrangeState,
  arrangeCut: PartArranger,
): Arranged {
  let spare = Math.max(0, limit - parts.reduce((sum, { length }) => sum + length, 0));
  return inSequence(
    parts.map((part) => {
      const done = compose(part, { limit: part.length + spare, depth, cuts: cuts + 1 }, state, arrangeCut);
      spare = Math.max(0, spare - Math.max(0, (done.makespans[0] ?? 0) - part.length));
      return done;
    }),
  );
}
