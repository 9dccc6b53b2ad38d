import { findProblems } from '../../compiler/check/problems.ts';
import { redactValue } from '../../compiler/check/variable-values.ts';
import { type Diagnostic, diagnose, Reporter, type Span } from '../../diagnostics/diagnostics.ts';
import { isTooDeep, spanOfTooDeep } from '../../flow/text/depth.ts';
import { inexactNumbersIn } from '../../flow/text/numbers.ts';
import { readTree } from '../../flow/text/read-tree.ts';
import { spanAt, type Tree } from '../../flow/text/tree.ts';
import { formatPath } from '../../protocol/describe.ts';
import { DEPTH_LIMIT, type Json } from '../../protocol/json.ts';
import { type Segment, valueAt } from '../../protocol/path.ts';
import { inputScrubber } from './secrets.ts';

/** The text that an input was read from, to point into. */
export interface InputText {
  /** A file's name, or another name of the text. */
  readonly file: string;
  readonly text: string;
  /** The line of the file that the text is, where it is only that line. */
  readonly line?: number;
  /** The input in that text, where it is only a part of it. */
  readonly tree?: Tree;
}

/**
 * Checks `input` against `schema`: an error for each problem, with its position in the text that the input was read from, and
 * a warning for each number of the text that is not kept as it is written. Without a text, positions are those in its JSON.
 */
export function checkInput(input: Json, schema: Json | undefined, given?: InputText): readonly Diagnostic[] {
  const line = given?.line;
  const problems = problemsOf(input, schema, given);
  return line === undefined ? problems : problems.map((problem) => ({ ...problem, line, endLine: line }));
}

const START: Span = { line: 1, column: 1, endLine: 1, endColumn: 2 };

function problemsOf(input: Json, schema: Json | undefined, given: InputText | undefined): readonly Diagnostic[] {
  const file = given?.file ?? 'input';
  if (isTooDeep(input))
    return [diagnose('too-deep', { limit: DEPTH_LIMIT }, { file, ...spanOfTooDeep(given?.text ?? '') })];
  const scrubber = inputScrubber(input, schema);
  // The numbers of a flow's text are not all of the input that is a part of it, and have been looked at with the flow.
  const hasOwnText = given !== undefined && given.tree === undefined;
  const numbers = hasOwnText
    ? inexactNumbersIn(given, (kept) => scrubber.json(kept) !== kept).slice(0, MOST_PROBLEMS)
    : [];
  const extent = isLong(given?.text) ? 'first' : 'all';
  const problems = schema === undefined ? [] : findProblems(input, { schema, root: schema }, true, extent);
  if (problems.length === 0) return numbers;
  const tree = given?.tree ?? readPlaced(given?.text ?? JSON.stringify(input, null, 2), file);
  const isHidden = (path: readonly Segment[]): boolean => {
    const found = valueAt(input, { segments: path }) ?? null;
    return typeof found !== 'object' && scrubber.json(found) !== found;
  };
  const mismatches = problems.slice(0, MOST_PROBLEMS).map(({ path, missing, problem }) => {
    const where = nameOf(missing === undefined ? path : [...path, missing]);
    const shown = isHidden(path) ? redactValue(problem) : problem;
    return diagnose('input-mismatch', { where, problem: shown }, { file, ...(tree ? spanAt(tree, path) : START) });
  });
  return [...mismatches, ...further(problems.length - mismatches.length, file), ...numbers];
}

/** Problems of one kind that are told one by one: a wrong list may have as many as it has items. */
const MOST_PROBLEMS = 100;

function further(count: number, file: string): readonly Diagnostic[] {
  if (count === 0) return [];
  const problem = `does not match in ${count.toLocaleString('en')} further places`;
  return [diagnose('input-mismatch', { where: 'the whole input', problem }, { file, ...START })];
}

/**
 * A longer text is not read once more for the positions in it, and only its first problem is looked for: a function of half
 * a gigabyte must do with its memory.
 */
const LONGEST_PLACED = 1_000_000;

const isLong = (text = ''): boolean => text.length > LONGEST_PLACED;

const readPlaced = (text: string, file: string): Tree | undefined =>
  isLong(text) ? undefined : readTree(text, new Reporter(file));

const nameOf = (path: readonly Segment[]): string => (path.length === 0 ? 'the whole input' : `"${formatPath(path)}"`);
