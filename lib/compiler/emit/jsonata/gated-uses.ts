import type { Gate, Use } from '../../analyse/uses.ts';

/**
 * Uses in the order in which they are written. Neighbours that have a gate in common are together, so that each gate is asked
 * once: the arms of a long `$if … else $if …` would otherwise repeat all the conditions before them.
 */
export type GatedUses<U extends Use = Use> = readonly GatedPart<U>[];

type GatedPart<U extends Use> = { readonly use: U } | { readonly gates: readonly Gate[]; readonly uses: GatedUses<U> };

/** Groups uses by their gates, from the outermost to the innermost. */
export function byGates<U extends Use>(uses: readonly U[], depth = 0): GatedUses<U> {
  const parts: GatedPart<U>[] = [];
  for (let at = 0; at < uses.length; ) {
    const use = uses[at] as U;
    const gate = use.gates[depth];
    if (gate === undefined) {
      parts.push({ use });
      at += 1;
      continue;
    }
    const end = endOfGroup(uses, at, depth, gate);
    parts.push(joined(gate, byGates(uses.slice(at, end), depth + 1)));
    at = end;
  }
  return parts;
}

function endOfGroup(uses: readonly Use[], start: number, depth: number, gate: Gate): number {
  let end = start + 1;
  for (; end < uses.length; end += 1) {
    const other = uses[end]?.gates[depth];
    if (other?.kind !== gate.kind || other.of !== gate.of) break;
  }
  return end;
}

/** A gate and what is behind it; gates of which each has only the next behind it are one conjunction. */
function joined<U extends Use>(gate: Gate, uses: GatedUses<U>): GatedPart<U> {
  const [only, second] = uses;
  if (!only || second || 'use' in only) return { gates: [gate], uses };
  return { gates: [gate, ...only.gates], uses: only.uses };
}
