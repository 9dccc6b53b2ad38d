import type { MapState } from '../asl/state-machine.ts';
import { isDistributed, type NamedState } from '../asl/walk-states.ts';
import type { SourceMap } from '../compiler/source-map.ts';
import { QUOTAS } from '../protocol/quotas.ts';

/** How a `map` took turns: over so many items, of which so many ran one after another. */
export interface Turns {
  readonly items: number;
  /** The items divided by those that may run at once, rounded up. */
  readonly rounds: number;
}

/** Finds out how each `map` of a run took turns. */
export class MapRounds {
  readonly #source: SourceMap['states'];
  readonly #atOnce: ReadonlyMap<string, number>;
  /** The items of the lists that were written for distributed Maps, by the ids of their steps. */
  readonly #written = new Map<string, number>();
  readonly #turns = new Map<string, Turns>();

  constructor(states: readonly NamedState[], source: SourceMap['states']) {
    this.#source = source;
    this.#atOnce = new Map(
      states.flatMap(([name, state]) => (state.Type === 'Map' ? [[name, iterationsAtOnce(state)]] : [])),
    );
  }

  /** Records that a list was written for the distributed Map of a step. */
  wrote(step: string, items: number): void {
    this.#written.set(step, items);
  }

  /** Records that a Map begins. `length`: of its list; 0 for one that reads it from S3. */
  began(stateName: string, length: number): void {
    const source = this.#source[stateName];
    const atOnce = this.#atOnce.get(stateName);
    if (source?.role !== 'step' || source.step === undefined || atOnce === undefined) return;
    const items = length || (this.#written.get(source.step) ?? 0);
    const before = this.#turns.get(source.step)?.items ?? 0;
    if (items >= before) this.#turns.set(source.step, { items, rounds: Math.ceil(items / atOnce) });
  }

  /** By the ids of the steps; of several lists of one step, the longest. */
  turns(): ReadonlyMap<string, Turns> {
    return this.#turns;
  }
}

/** As many as the Map says; an expression is assumed to allow as many as there are items. */
function iterationsAtOnce(state: MapState): number {
  const { MaxConcurrency } = state;
  const quota = isDistributed(state) ? QUOTAS.distributedConcurrency : QUOTAS.inlineConcurrency;
  return typeof MaxConcurrency === 'number' && MaxConcurrency > 0 ? Math.min(MaxConcurrency, quota) : quota;
}
