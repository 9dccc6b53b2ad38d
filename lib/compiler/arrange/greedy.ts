import { type Arranged, levelByLevel, levelledSeconds } from './arranged.ts';
import { type CutArranger, composeParts, pricingAt, type Work } from './compose.ts';
import { findCut, halvesOf } from './cut.ts';
import { divide, type Part } from './dag.ts';
import { ROUNDING, type Scenarios } from './scenarios.ts';

/** Always takes the cheapest cut. `fitting`: see `Pricing`. */
export function greedyCuts(work: Work, fitting: boolean): CutArranger {
  const arrangeCut: CutArranger = (part, place) => {
    work.effort.spent += part.size;
    const cut = findCut(part, { ...pricingAt(place), fitting });
    const found = composeParts(divide(part, halvesOf(cut)), place, work, arrangeCut);
    return atMostLevelled(part, found, work.scenarios);
  };
  return arrangeCut;
}

/** What was found, unless plain levels take less time. */
export const atMostLevelled = (part: Part, found: Arranged, scenarios: Scenarios): Arranged =>
  (found.spans[0] ?? 0) > levelledSeconds(part) * (1 + ROUNDING) ? levelByLevel(part, scenarios) : found;
