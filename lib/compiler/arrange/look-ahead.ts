import type { Arranged } from './arranged.ts';
import { type CutArranger, composeParts, type Place, pricingAt, type Work } from './compose.ts';
import { type Cut, findCut, findCuts, halvesOf } from './cut.ts';
import { divide, type Part } from './dag.ts';
import { atMostLevelled, greedyCuts } from './greedy.ts';
import { lossIn, type Spans } from './scenarios.ts';

// How many cuts of each order are tried, at most.
const STRETCHES = 12;

// Of the effort that a part may cost, the share that goes into its own cut; the rest is for its halves.
const OWN_SHARE = 0.3;

// Where fewer cuts than this could be tried, none is.
const LEAST_TRIES = 3;

/** What a search goes by. */
export interface Search extends Work {
  /** The effort that each node of a part may cost. */
  readonly allowance: number;
  /** The effort that the whole graph may cost; what is left then is arranged greedily. */
  readonly most: number;
}

/**
 * Takes cuts by looking ahead: halves are arranged greedily behind each of several cuts, and the cut is taken behind
 * which least is lost; then the halves are arranged in the same way. A part on which nothing can be gained any more is
 * left as it is.
 */
export function cutsAhead(search: Search): CutArranger {
  const { scenarios, allowance, effort, most } = search;
  const deeper: CutArranger = (part, place) =>
    cutsAhead({ ...search, allowance: allowance * (1 - OWN_SHARE) })(part, place);
  return (part, place) => {
    const own = Math.min(OWN_SHARE * allowance * part.nodes.length, most - effort.spent);
    if (LEAST_TRIES * greedyEffort(part) <= own) {
      return new LookAhead(part, place, search, effort.spent + own).arrange(deeper);
    }
    effort.spent += part.size;
    const halves = divide(part, halvesOf(findCut(part, pricingAt(place))));
    return atMostLevelled(part, composeParts(halves, place, search, deeper), scenarios);
  };
}

/** About what it costs to arrange a part greedily: it is divided again and again, until nothing is left. */
const greedyEffort = ({ nodes, size }: Part): number => (size * Math.log2(nodes.length) * 2) / 3;

/** The search for one part's cut. */
class LookAhead {
  readonly #part: Part;
  readonly #place: Place;
  readonly #search: Search;
  readonly #lossOf: (spans: Spans) => number;
  readonly #goesOn: () => boolean;
  #best: Arranged;
  #loss: number;

  /** `end`: the effort at which no further cut is tried. */
  constructor(part: Part, place: Place, search: Search, end: number) {
    const { scenarios, effort } = search;
    this.#part = part;
    this.#place = place;
    this.#search = search;
    this.#lossOf = lossIn(part, place.limit, scenarios);
    const start = effort.spent;
    this.#best = greedyCuts(search, true)(part, place);
    this.#loss = this.#lossOf(this.#best.spans);
    const cost = effort.spent - start;
    this.#goesOn = () => this.#loss > 0 && effort.spent + cost <= end;
  }

  /** The best arrangement that was found. `deeper`: for the halves behind the best cut. */
  arrange(deeper: CutArranger): Arranged {
    const cut = this.#bestCut();
    if (this.#goesOn()) this.#offer(greedyCuts(this.#search, false)(this.#part, this.#place));
    if (cut && this.#loss > 0) this.#offer(this.#behind(cut, deeper));
    return this.#best;
  }

  #bestCut(): Cut | undefined {
    const greedy = greedyCuts(this.#search, true);
    // The greedy arrangement went behind the cheapest cut already.
    let [best, ...others] = findCuts(this.#part, pricingAt(this.#place), STRETCHES);
    let least = this.#loss;
    for (const cut of others) {
      if (!this.#goesOn()) break;
      if (this.#lossOf(Float64Array.of(cut.seconds)) >= this.#loss) continue;
      const loss = this.#offer(this.#behind(cut, greedy));
      if (loss < least) [best, least] = [cut, loss];
    }
    return best;
  }

  #behind(cut: Cut, arrangeCut: CutArranger): Arranged {
    return composeParts(divide(this.#part, halvesOf(cut)), this.#place, this.#search, arrangeCut);
  }

  /** Keeps an arrangement if it is the best; returns what it loses. */
  #offer(arranged: Arranged): number {
    const loss = this.#lossOf(arranged.spans);
    if (loss < this.#loss) [this.#best, this.#loss] = [arranged, loss];
    return loss;
  }
}
