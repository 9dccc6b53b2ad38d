import * as z from 'zod';
import { component } from '../../lib/runtime/index.ts';
import { round } from '../_shared/statistics.ts';
import { sentencesOf, wordsOf } from '../_shared/text.ts';
import { heaviest, similarity, type TermVector, toVectors } from './_vectors.ts';

const MOST_KEYWORDS = 5;

const pair = z.object({ a: z.string(), b: z.string(), similarity: z.number() });

export default component(
  {
    description: 'Analyses documents: how hard each is to read, what sets it apart, and how alike every two are.',
    input: z.object({
      validated_data: z.object({
        data: z.object({ documents: z.array(z.object({ id: z.string(), text: z.string() })).min(1) }),
      }),
    }),
    output: z.object({
      documents: z.array(
        z.object({
          id: z.string(),
          words: z.int(),
          reading_ease: z.number().describe('Flesch: 100 very easy, 0 very hard.'),
          keywords: z.array(z.string()),
        }),
      ),
      pairs: z.array(pair).describe('Every two documents, the most alike first.'),
    }),
  },
  ({ validated_data }) => {
    const { documents } = validated_data.data;
    const vectors = toVectors(documents.map(({ text }) => text));
    return {
      documents: documents.map(({ id, text }, index) => ({
        id,
        words: wordsOf(text).length,
        reading_ease: readingEase(text),
        keywords: heaviest(vectors[index] ?? new Map(), MOST_KEYWORDS),
      })),
      pairs: pairsOf(documents.map(({ id }, index) => ({ id, vector: vectors[index] ?? new Map() }))),
    };
  },
);

/** Flesch reading ease (1948). Syllables are counted as groups of vowels, which suits English. */
function readingEase(text: string): number {
  const words = wordsOf(text);
  const syllables = words.reduce((total, word) => total + Math.max(1, word.match(/[aeiouy]+/g)?.length ?? 0), 0);
  const sentences = Math.max(1, sentencesOf(text).length);
  const count = Math.max(1, words.length);
  return round(206.835 - 1.015 * (count / sentences) - 84.6 * (syllables / count), 1);
}

function pairsOf(texts: readonly { readonly id: string; readonly vector: TermVector }[]): z.input<typeof pair>[] {
  return texts
    .flatMap((a, at) =>
      texts.slice(at + 1).map((b) => ({ a: a.id, b: b.id, similarity: round(similarity(a.vector, b.vector), 4) })),
    )
    .sort((x, y) => y.similarity - x.similarity);
}
