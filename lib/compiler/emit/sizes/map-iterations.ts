import { EVENTS_OF_ATTEMPT } from '../../../asl/sizes.ts';
import { builtinOf, writtenItems } from '../../analyse/builtins.ts';
import type { Plan, PlannedStep } from '../../plan/plan.ts';
import { mapsWithin } from '../concurrency.ts';
import { attemptsOf, MOST_EVENTS_AS_WHOLE, STEP_EVENTS } from '../whole-steps.ts';

/**
 * Events that the iterations of all inline Maps of an execution may add to its history together: by the rough numbers below,
 * which are up to twice as many as there are, half of those of an execution (see `Limits.events`).
 */
const MAP_EVENTS = 3_600;

/** The most iterations of an inline Map, so that short lists need no distributed Map and long ones do not fill a history. */
const MOST_ITERATIONS = 100;

/**
 * The fewest iterations for which an inline Map is worth its states. A `map` over any list has a distributed Map as well, and
 * both have the inner flow: of maps in each other, where each had both, the innermost would be there 2ⁿ times.
 */
const FEWEST_ITERATIONS = 4;

/** Events of the start and end of a run, roughly. */
const RUN_EVENTS = 10;

/** An inner flow runs again and again in an `iterate`: a round may have this part of the events. */
const ROUND = 0.1;

/**
 * The most iterations that each `map` of a plan and of its inner flows may have as an inline Map, for their events to fit
 * into one history; 0 where not even a few do. Maps side by side, or one after the other, share the events evenly; of Maps
 * in each other, each may have about as many iterations as the others.
 */
export function inlineIterations(plan: Plan): ReadonlyMap<PlannedStep, number> {
  const found = new Map<PlannedStep, number>();
  allot(plan, MAP_EVENTS, found);
  return found;
}

function allot(plan: Plan, available: number, found: Map<PlannedStep, number>): void {
  const runners = [...plan.steps.values()].filter((planned) => mapsWithin(planned) > 0);
  for (const planned of runners) allotTo(planned, available / runners.length, found);
}

function allotTo(planned: PlannedStep, available: number, found: Map<PlannedStep, number>): void {
  const { inner, step } = planned;
  if (!inner) return;
  const events = eventsOfRun(inner);
  if (builtinOf(step) === 'iterate') allot(inner, available * ROUND, found);
  else if (builtinOf(step) !== 'map') allot(inner, available - events, found);
  else {
    const most = iterationsWithin(planned, available / events);
    found.set(planned, most);
    // Where no iteration fits, each has an execution of its own: see emit-distributed-map.ts.
    allot(inner, most > 0 ? available / most - events : MAP_EVENTS, found);
  }
}

/** `runs`: of the inner flow, without those of the maps in it, that fit. */
function iterationsWithin(planned: PlannedStep, runs: number): number {
  const known = writtenItems(planned.step);
  const levels = mapsWithin(planned);
  // A list that is written out needs no other iterations, and the maps in it get half of the events.
  if (known !== undefined && known * (levels > 1 ? 2 : 1) <= runs) return Math.min(known, MOST_ITERATIONS);
  const most = Math.min(MOST_ITERATIONS, Math.floor(runs ** (1 / levels)));
  return most < FEWEST_ITERATIONS ? 0 : most;
}

/** Events of a run of a plan, without the iterations of the maps in it. */
function eventsOfRun(plan: Plan): number {
  return [...plan.steps.values()].reduce((sum, planned) => sum + eventsOfStep(planned), RUN_EVENTS);
}

/** A step that runs a flow is repeated with it, or has an execution for each attempt: see whole-steps.ts. */
function eventsOfStep(planned: PlannedStep): number {
  const { inner, step } = planned;
  const attempts = attemptsOf(planned);
  if (!inner) return STEP_EVENTS + (attempts - 1) * EVENTS_OF_ATTEMPT;
  const once = STEP_EVENTS + (builtinOf(step) === 'map' ? 0 : eventsOfRun(inner));
  const isNested = step.timeout !== undefined || (attempts > 1 && attempts * once > MOST_EVENTS_AS_WHOLE);
  return attempts * (isNested ? STEP_EVENTS : once);
}
