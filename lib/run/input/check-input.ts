import { LineCounter, parseDocument } from 'yaml';
import { findProblems } from '../../compiler/check/problems.ts';
import { redactValue } from '../../compiler/check/variable-values.ts';
import { type Diagnostic, diagnose, type Span } from '../../diagnostics/diagnostics.ts';
import { isTooDeep, spanOfTooDeep } from '../../flow/text/depth.ts';
import { inexactNumbersIn } from '../../flow/text/numbers.ts';
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
 * Checks `input` against `schema`: an error for each problem, with its position in the input's text, and a warning for each
 * number of the text that is not kept as it is written.
 */
export function checkInput(input: Json, schema: Json | undefined, source: InputText): readonly Diagnostic[] {
  const { line } = source;
  const problems = problemsOf(input, schema, source);
  return line === undefined ? problems : problems.map((problem) => ({ ...problem, line, endLine: line }));
}

function problemsOf(input: Json, schema: Json | undefined, source: InputText): readonly Diagnostic[] {
  if (isTooDeep(input))
    return [diagnose('too-deep', { limit: DEPTH_LIMIT }, { file: source.file, ...spanOfTooDeep(source.text) })];
  const scrubber = inputScrubber(input, schema);
  const numbers = inexactNumbersIn(source, (kept) => scrubber.json(kept) !== kept);
  const problems = schema === undefined ? [] : findProblems(input, { schema, root: schema }, true);
  if (problems.length === 0) return numbers;
  const { tree } = source;
  const position = tree ? (path: readonly Segment[]) => spanAt(tree, path) : locator(source.text);
  const isHidden = (path: readonly Segment[]): boolean => {
    const found = valueAt(input, { segments: path }) ?? null;
    return typeof found !== 'object' && scrubber.json(found) !== found;
  };
  const mismatches = problems.map(({ path, missing, problem }) => {
    const where = nameOf(missing === undefined ? path : [...path, missing]);
    const shown = isHidden(path) ? redactValue(problem) : problem;
    return diagnose('input-mismatch', { where, problem: shown }, { file: source.file, ...position(path) });
  });
  return [...mismatches, ...numbers];
}

const nameOf = (path: readonly Segment[]): string => (path.length === 0 ? 'the whole input' : `"${formatPath(path)}"`);

/** Finds the position of a value in JSON text by its path; if there is no such value, the position of the whole text. */
export function locator(text: string): (path: readonly Segment[]) => Span {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false });
  return (path) => {
    const node: unknown = document.getIn(path, true);
    const [start, end] = rangeOf(node) ?? [0, Math.min(1, text.length)];
    const from = lines.linePos(start);
    const to = lines.linePos(end);
    return { line: from.line, column: from.col, endLine: to.line, endColumn: to.col };
  };
}

function rangeOf(node: unknown): readonly [number, number] | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  return [Number(node.range[0]), Number(node.range[1])];
}
