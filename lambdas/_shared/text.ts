/** Words too common to say what a text is about. */
const STOP_WORDS = new Set(
  (
    'a about after again all also an and any are as at be because been before but by can could did do does each for from ' +
    'had has have he her him his how i if in into is it its just last like more most my new no nobody not now of off on ' +
    'once one only or other our out over own same she should so some still such than that the their them then there ' +
    'these they this those three through to too two under until up us very was we were what when which who why will ' +
    'with would you your'
  ).split(' '),
);

/** The words of a text in lower case, without punctuation. */
export const wordsOf = (text: string): string[] =>
  text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? [];

/** The words that say what a text is about: no stop words, no numbers, nothing shorter than three letters. */
export const termsOf = (text: string): string[] =>
  wordsOf(text).filter((word) => word.length > 2 && !STOP_WORDS.has(word) && !/^\d/.test(word));

/** The sentences of a text, each trimmed, found by the rules of Unicode. */
export const sentencesOf = (text: string): string[] =>
  [...new Intl.Segmenter('en', { granularity: 'sentence' }).segment(text)]
    .map(({ segment }) => segment.trim())
    .filter((sentence) => wordsOf(sentence).length > 0);
