import { type Arranged, arrangedStep, inSequence, sideBySide } from './arranged.ts';
import type { Pricing } from './cut.ts';
import { divide, type Part } from './dag.ts';
import { findPerfectCuts } from './perfect-cuts.ts';
import type { Scenarios } from './scenarios.ts';
import { weakComponents } from './weak-components.ts';

/** Where a part lies, and what it may take. */
export interface Place {
  /** Seconds that the part may take without lengthening anything round it. */
  readonly limit: number;
  /** The branches that it lies in. */
  readonly depth: number;
  /** The cuts that were made round it. */
  readonly cuts: number;
}

/** What arranging goes by, and what it has cost so far. */
export interface Work {
  readonly scenarios: Scenarios;
  readonly effort: Effort;
}

/** Nodes and edges looked at. Unlike time, it is the same on every machine. */
export interface Effort {
  spent: number;
}

/** Arranges a part that needs a cut which may cost something. */
export type CutArranger = (part: Part, place: Place) => Arranged;

// Each Parallel hands out again what those inside it hand out: nested without end, they would make a definition grow with
// the square of its steps, and their depth exhaust the stack. Flows that people write nest a few deep.
const DEEPEST = 16;

// Cut after cut near an end would make the recursion as deep as a part is long: from here on, halves have to be even.
const UNEVEN_CUTS = 16;

/** How cuts are to be priced at a place. */
export const pricingAt = ({ limit, cuts }: Place): Pricing => ({ limit, even: cuts >= UNEVEN_CUTS, fitting: true });

/**
 * Arranges a part as far as that costs nothing: parts without edges between them stand side by side, a connected part
 * is cut where no step waits longer than the graph asks for. `arrangeCut` does the rest.
 */
export function compose(part: Part, place: Place, work: Work, arrangeCut: CutArranger): Arranged {
  work.effort.spent += part.size;
  const components = weakComponents(part);
  if (components.count > 1) {
    const branches = divide(part, components);
    return place.depth < DEEPEST || branches.every(isChain)
      ? composeBranches(branches, place, work, arrangeCut)
      : arrangeCut(part, place);
  }
  return composeConnected(part, place, work, arrangeCut);
}

function composeConnected(part: Part, place: Place, work: Work, arrangeCut: CutArranger): Arranged {
  const [first] = part.nodes;
  if (part.nodes.length === 1 && first !== undefined) return arrangedStep(first, work.scenarios);
  const perfect = findPerfectCuts(part);
  if (perfect.count === 1) return arrangeCut(part, place);
  return composeParts(divide(part, perfect), place, work, arrangeCut);
}

/** A connected part with as many levels as nodes. */
const isChain = ({ nodes, level }: Part): boolean => level.at(-1) === nodes.length - 1;

/** The longest branch first: what it takes, the others may take too. */
function composeBranches(
  branches: readonly Part[],
  { limit, depth, cuts }: Place,
  work: Work,
  arrangeCut: CutArranger,
): Arranged {
  const arranged = new Map<Part, Arranged>();
  let longest = limit;
  for (const branch of branches.toSorted((a, b) => b.length - a.length)) {
    longest = Math.max(longest, branch.length);
    const done = composeConnected(branch, { limit: longest, depth: depth + 1, cuts }, work, arrangeCut);
    longest = Math.max(longest, done.spans[0] ?? 0);
    arranged.set(branch, done);
  }
  return sideBySide(branches.flatMap((branch) => arranged.get(branch) ?? []));
}

/** Arranges parts that run one after another; what one leaves of the limit, the next may use. */
export function composeParts(
  parts: readonly Part[],
  { limit, depth, cuts }: Place,
  work: Work,
  arrangeCut: CutArranger,
): Arranged {
  let spare = Math.max(0, limit - parts.reduce((sum, { length }) => sum + length, 0));
  return inSequence(
    parts.map((part) => {
      const done = compose(part, { limit: part.length + spare, depth, cuts: cuts + 1 }, work, arrangeCut);
      spare = Math.max(0, spare - Math.max(0, (done.spans[0] ?? 0) - part.length));
      return done;
    }),
  );
}
