import { type Arranged, levelByLevel, levelledSeconds } from './arranged.ts';
import { type ArrangeState, composeParts, type PartArranger, type PartContext, ratingAt } from './compose.ts';
import { type Cut, findCut, findCuts, halvesOf } from './cut.ts';
import { divide, type Part } from './dag.ts';
import { lossIn, type Makespans, ROUNDING, type Scenarios } from './scenarios.ts';

// The number of cuts tried of each order, at most.
const RANGES = 12;

// The share of a part's allowed effort that goes into its own cut; the rest is for its halves.
const OWN_SHARE = 0.3;

// Looking ahead at fewer cuts than this is not worth its effort.
const MIN_TRIES = 3;

/** The state of a search for cuts, and its bounds. */
export interface Search extends ArrangeState {
  /** The effort allowed per node of a part. */
  readonly allowance: number;
  /** The effort allowed for the whole graph. Once it is spent, parts are cut greedily. */
  readonly most: number;
}

/**
 * Chooses cuts by looking ahead: it arranges the halves of each of several cuts greedily, takes the cut with the least
 * loss, and then arranges the halves in the same way. It stops at a part that has no loss.
 */
export function cutsAhead(search: Search): PartArranger {
  const { scenarios, allowance, effort, most } = search;
  const deeper: PartArranger = (part, context) =>
    cutsAhead({ ...search, allowance: allowance * (1 - OWN_SHARE) })(part, context);
  return (part, context) => {
    const own = Math.min(OWN_SHARE * allowance * part.nodes.length, most - effort.spent);
    if (MIN_TRIES * greedyEffort(part) <= own) {
      return new LookAhead(part, context, search, effort.spent + own).arrange(deeper);
    }
    effort.spent += part.size;
    const halves = divide(part, halvesOf(findCut(part, ratingAt(context))));
    return atMostLevelled(part, composeParts(halves, context, search, deeper), scenarios);
  };
}

/** Always takes the cut with the lowest penalty. */
function greedyCuts(state: ArrangeState, countsFit: boolean): PartArranger {
  const arrangeCut: PartArranger = (part, context) => {
    state.effort.spent += part.size;
    const cut = findCut(part, { ...ratingAt(context), countsFit });
    const found = composeParts(divide(part, halvesOf(cut)), context, state, arrangeCut);
    return atMostLevelled(part, found, state.scenarios);
  };
  return arrangeCut;
}

/** What was found, or the levels in sequence if these take less time. */
const atMostLevelled = (part: Part, found: Arranged, scenarios: Scenarios): Arranged =>
  (found.makespans[0] ?? 0) > levelledSeconds(part) * (1 + ROUNDING) ? levelByLevel(part, scenarios) : found;

/** About the effort of arranging a part greedily: it is divided until only single nodes are left. */
const greedyEffort = ({ nodes, size }: Part): number => (size * Math.log2(nodes.length) * 2) / 3;

/** The search for the cut of one part. */
class LookAhead {
  readonly #part: Part;
  readonly #context: PartContext;
  readonly #search: Search;
  readonly #lossOf: (makespans: Makespans) => number;
  readonly #mayTryMore: () => boolean;
  #best: Arranged;
  #loss: number;

  /** `end`: the spent effort after which no further cut is tried. */
  constructor(part: Part, context: PartContext, search: Search, end: number) {
    const { scenarios, effort } = search;
    this.#part = part;
    this.#context = context;
    this.#search = search;
    this.#lossOf = lossIn(part, context.limit, scenarios);
    const start = effort.spent;
    this.#best = greedyCuts(search, true)(part, context);
    this.#loss = this.#lossOf(this.#best.makespans);
    const effortPerTry = effort.spent - start;
    this.#mayTryMore = () => this.#loss > 0 && effort.spent + effortPerTry <= end;
  }

  /** The best arrangement found. `deeper` arranges the halves of the best cut. */
  arrange(deeper: PartArranger): Arranged {
    const cut = this.#bestCut();
    if (this.#mayTryMore()) this.#offer(greedyCuts(this.#search, false)(this.#part, this.#context));
    if (cut && this.#loss > 0) this.#offer(this.#arrangeHalves(cut, deeper));
    return this.#best;
  }

  #bestCut(): Cut | undefined {
    const greedy = greedyCuts(this.#search, true);
    // The greedy arrangement has already tried the first cut.
    let [best, ...others] = findCuts(this.#part, ratingAt(this.#context), RANGES);
    let least = this.#loss;
    for (const cut of others) {
      if (!this.#mayTryMore()) break;
      if (this.#lossOf(Float64Array.of(cut.seconds)) >= this.#loss) continue;
      const loss = this.#offer(this.#arrangeHalves(cut, greedy));
      if (loss < least) [best, least] = [cut, loss];
    }
    return best;
  }

  #arrangeHalves(cut: Cut, arrangeCut: PartArranger): Arranged {
    return composeParts(divide(this.#part, halvesOf(cut)), this.#context, this.#search, arrangeCut);
  }

  /** Keeps an arrangement if it is the best so far; returns its loss. */
  #offer(arranged: Arranged): number {
    const loss = this.#lossOf(arranged.makespans);
    if (loss < this.#loss) [this.#best, this.#loss] = [arranged, loss];
    return loss;
  }
}
