import * as z from 'zod';
import { component, FlowError } from '../../lib/runtime/index.ts';
import { round } from '../_shared/statistics.ts';
import { sentencesOf, wordsOf } from '../_shared/text.ts';
import { similarity, toVectors } from './_vectors.ts';

const message = z.object({ role: z.string(), content: z.string() });

/** TextRank's damping, and rounds enough for three decimals: Mihalcea and Tarau, 2004. */
const DAMPING = 0.85;
const ROUNDS = 40;

export default component(
  {
    description:
      'Sums up the last user message: its most central sentences, word for word, by TextRank. Runs here, calls no model.',
    input: z.object({ messages: z.array(message).min(1), max_sentences: z.int().min(1).max(20).default(3) }),
    output: z.object({
      response: z.string(),
      sentences: z.array(z.object({ position: z.int(), score: z.number() })).describe('What was chosen, by position.'),
      usage: z.object({ input_words: z.int(), output_words: z.int() }),
    }),
  },
  ({ messages, max_sentences }) => {
    const text = messages.findLast(({ role }) => role === 'user')?.content;
    if (text === undefined) throw new FlowError('INVALID_INPUT', 'no message has the role "user"');
    const sentences = sentencesOf(text);
    const chosen = rank(sentences)
      .map((score, position) => ({ position, score: round(score, 3) }))
      .sort((a, b) => b.score - a.score || a.position - b.position)
      .slice(0, max_sentences)
      .sort((a, b) => a.position - b.position);
    const response = chosen.map(({ position }) => sentences[position] ?? '').join(' ');
    const usage = { input_words: wordsOf(text).length, output_words: wordsOf(response).length };
    return { response, sentences: chosen, usage };
  },
);

/** The score of each sentence: a sentence is central that is like other central ones. */
function rank(sentences: readonly string[]): number[] {
  const vectors = toVectors(sentences);
  const likeness = vectors.map((a, i) => vectors.map((b, j) => (i === j ? 0 : similarity(a, b))));
  const totals = likeness.map((row) => row.reduce((total, weight) => total + weight, 0));
  let scores = sentences.map(() => 1);
  for (let round = 0; round < ROUNDS; round += 1) {
    scores = likeness.map((row) => {
      const given = row.reduce((total, weight, j) => total + (weight * (scores[j] ?? 0)) / (totals[j] || 1), 0);
      return 1 - DAMPING + DAMPING * given;
    });
  }
  return scores;
}
