import type { DemandGate } from '../../analyse/demand.ts';
import { neighbours } from '../neighbours.ts';

/** What counts only where all of its gates hold, such as a use. */
export interface Gated {
  readonly gates: readonly DemandGate[];
}

/**
 * Gated items in their order. Neighbours that have a gate in common are together, so that each gate is asked once: the arms of
 * a long `$if … else $if …` would otherwise repeat all the conditions before them.
 */
export type ByGates<T extends Gated> = readonly (
  | { readonly item: T }
  | { readonly gates: readonly DemandGate[]; readonly behind: ByGates<T> }
)[];

/** Groups items by their gates, from the outermost to the innermost. */
export function byGates<T extends Gated>(items: readonly T[], depth = 0): ByGates<T> {
  return neighbours(items, (one, other) => isSameGate(one.gates[depth], other.gates[depth])).flatMap((group) => {
    const gate = group[0].gates[depth];
    return gate ? [joined(gate, byGates(group, depth + 1))] : group.map((item) => ({ item }));
  });
}

const isSameGate = (one: DemandGate | undefined, other: DemandGate | undefined): boolean =>
  one?.kind === other?.kind && one?.of === other?.of;

/** A gate and what is behind it; gates of which each has only the next behind it are one conjunction. */
function joined<T extends Gated>(gate: DemandGate, behind: ByGates<T>): ByGates<T>[number] {
  const [only, second] = behind;
  if (!only || second || 'item' in only) return { gates: [gate], behind };
  return { gates: [gate, ...only.gates], behind: only.behind };
}
