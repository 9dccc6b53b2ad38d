import { termsOf } from '../_shared/text.ts';

/** A text as the weights of its terms; its length, the Euclidean norm, is 1 (0 for a text without terms). */
export type TermVector = ReadonlyMap<string, number>;

/** Texts as vectors: how often a term occurs, times how rare it is among the texts (TF-IDF, smoothed). */
export function toVectors(texts: readonly string[]): TermVector[] {
  const terms = texts.map(termsOf);
  const occursIn = new Map<string, number>();
  for (const term of terms.flatMap((each) => [...new Set(each)])) occursIn.set(term, (occursIn.get(term) ?? 0) + 1);
  const rarity = (term: string): number => Math.log((1 + texts.length) / (1 + (occursIn.get(term) ?? 0))) + 1;
  return terms.map((each) => {
    const weights = new Map<string, number>();
    for (const term of each) weights.set(term, (weights.get(term) ?? 0) + rarity(term));
    return normalize(weights);
  });
}

function normalize(weights: ReadonlyMap<string, number>): TermVector {
  const norm = Math.hypot(...weights.values());
  return new Map([...weights].map(([term, weight]) => [term, weight / (norm || 1)]));
}

/** How alike two texts are: the cosine of the angle between them, 0 to 1. */
export function similarity(a: TermVector, b: TermVector): number {
  let dot = 0;
  for (const [term, weight] of a) dot += weight * (b.get(term) ?? 0);
  return dot;
}

/** The terms that weigh most, equals in alphabetical order. */
export const heaviest = (vector: TermVector, count: number): string[] =>
  [...vector]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, count)
    .map(([term]) => term);
