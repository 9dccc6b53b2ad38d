import { isAlias, isMap, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml';
import { Reporter } from '../diagnostics/diagnostics.ts';
import { applyEdits, type Edit } from '../flow/text/edits.ts';
import { isObject, type JsonObject } from '../protocol/json.ts';
import { matches } from './compare.ts';
import type { Expectation } from './expectation.ts';
import { ExpectationEditor, entriesOf, joinEdits, keyOf } from './expectation-editor.ts';
import { printNode } from './print-node.ts';
import { readTests } from './read-tests.ts';
import type { CaseReport } from './run-case.ts';
import type { FlowReport } from './test-flow.ts';

/** A report whose failed cases now expect what was found, and the flow's text that says so. */
export interface Updated {
  readonly text: string;
  readonly report: FlowReport;
}

/**
 * Rewrites the expected output of failed cases in their flow's text, and leaves all else, comments and layout, as it is:
 * scalars are replaced where they stand, a map or list that gains or loses entries is printed again. What fits already
 * stays. Limits of `performance_metrics` are never rewritten: a single measurement is not a limit.
 */
export function updateFlow(source: string, report: FlowReport): Updated {
  let text = source;
  const cases = report.cases.map((one, index): CaseReport => {
    if (one.status !== 'failed' || !isObject(one.found)) return one;
    const revised = updateCase(text, index, one.found);
    if (revised === undefined) return one;
    text = revised;
    return isExpected(text, index, one.found, () => true) ? passed(one) : one;
  });
  return { text, report: { ...report, cases } };
}

function passed({ diff: _, ...one }: CaseReport): CaseReport {
  return { ...one, status: 'updated', mismatches: [] };
}

const METRICS = 'performance_metrics';

/** The text with one case's expected output rewritten; undefined where that would not make it expect what was found. */
function updateCase(text: string, index: number, found: JsonObject): string | undefined {
  const { [METRICS]: _, ...wanted } = found;
  const revised = rewriteOutput(text, index, wanted);
  return revised !== text && isExpected(revised, index, found, (key) => key !== METRICS) ? revised : undefined;
}

/** Whether a case of a text expects what was found, of those parts that count. */
function isExpected(text: string, index: number, found: JsonObject, counts: (key: string) => boolean): boolean {
  const expected = readTests(text, new Reporter('')).cases[index]?.expected;
  if (expected?.kind !== 'map') return false;
  const entries = new Map([...expected.entries].filter(([key]) => counts(key)));
  return matches({ kind: 'map', entries } satisfies Expectation, found);
}

function rewriteOutput(text: string, index: number, found: JsonObject): string {
  const document = parseDocument(text, { uniqueKeys: false, logLevel: 'error' });
  const cases: unknown = document.getIn(['test', 'cases'], true);
  const testCase = isSeq(cases) ? cases.items[index] : undefined;
  if (!isMap(testCase)) return text;
  const reviser = new ExpectationEditor(document);
  const output = entriesOf(testCase).find((pair) => keyOf(pair) === 'output')?.value;
  if (isMap(output)) {
    const edits = outputEdits(text, output, found, reviser);
    return reviser.isBaffled ? text : applyEdits(text, edits);
  }
  // A text or a list is no expectation: whoever wrote it meant something else.
  if (output && !isAlias(output) && !(isScalar(output) && output.value === null)) return text;
  testCase.set('output', reviser.node(found));
  return applyEdits(text, [printNode(text, testCase)]);
}

/** The keys that a run's result may have. */
const OUTPUT_KEYS: ReadonlySet<string> = new Set(['outcome', 'result', 'error']);

function outputEdits(text: string, output: YAMLMap, found: JsonObject, reviser: ExpectationEditor): readonly Edit[] {
  // What no run gives stays: it may be misspelt.
  const judged = entriesOf(output).filter((pair) => OUTPUT_KEYS.has(keyOf(pair)));
  const gone = judged.filter((pair) => !Object.hasOwn(found, keyOf(pair)));
  const outcome = judged.find((pair) => keyOf(pair) === 'outcome');
  // A flow whose outcome is not the expected one has another key: `error` instead of `result`, or the reverse.
  const endsOtherwise = gone.length > 0 || (outcome && !reviser.matches(outcome.value, found.outcome ?? null));
  const written = new Set(judged.map(keyOf));
  const lacking = endsOtherwise ? Object.keys(found).filter((key) => !written.has(key)) : [];
  const edits = joinEdits(judged.map((pair) => reviser.edits(pair.value, found[keyOf(pair)] ?? null)));
  if (edits && lacking.length === 0 && gone.length === 0) return edits;
  for (const pair of judged) pair.value = reviser.update(pair.value, found[keyOf(pair)] ?? null);
  for (const pair of gone) output.delete(pair.key);
  for (const key of lacking) output.set(key, reviser.node(found[key] ?? null));
  return [printNode(text, output)];
}
