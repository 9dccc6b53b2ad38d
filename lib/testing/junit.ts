import { formatPath } from '../protocol/describe.ts';
import type { CaseReport } from './run-case.ts';
import type { FlowReport } from './test-flow.ts';

/** Reports as JUnit XML, which every CI shows: a test suite a flow, a test case a case. Times are in seconds. */
export function junitXml(reports: readonly FlowReport[]): string {
  const all = reports.flatMap(({ cases }) => cases);
  const suites = reports.filter(({ cases }) => cases.length > 0).flatMap(suiteLines);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="stepflow" ${counts(all)}>`,
    ...suites.map((line) => `  ${line}`),
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function suiteLines({ file, cases, diagnostics }: FlowReport): readonly string[] {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const reason = errors.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n');
  return [
    `<testsuite ${attributes({ name: file })} ${counts(cases)}>`,
    ...cases.flatMap((one) => caseLines(file, one, reason)).map((line) => `  ${line}`),
    '</testsuite>',
  ];
}

function counts(cases: readonly CaseReport[]): string {
  const count = (...of: readonly CaseReport['status'][]): number =>
    cases.filter(({ status }) => of.includes(status)).length;
  return attributes({
    tests: cases.length,
    failures: count('failed'),
    errors: count('refused'),
    skipped: count('skipped'),
    time: seconds(cases.reduce((sum, { ms }) => sum + ms, 0)),
  });
}

function caseLines(
  file: string,
  { name, status, ms, mismatches, diff }: CaseReport,
  reason: string,
): readonly string[] {
  const open = `<testcase ${attributes({ name, classname: file, time: seconds(ms) })}`;
  const inside = (line: string): readonly string[] => [`${open}>`, `  ${line}`, '</testcase>'];
  if (status === 'skipped') return inside('<skipped/>');
  if (status === 'refused') return inside(`<error message="the flow cannot run">${escapeXml(reason)}</error>`);
  if (status !== 'failed') return [`${open}/>`];
  const message = mismatches.map(({ at, problem }) => `${formatPath(at)} ${problem}`).join('; ');
  return inside(`<failure ${attributes({ message })}>${escapeXml(diff ?? '')}</failure>`);
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

const attributes = (values: { readonly [name: string]: string | number }): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}="${escapeXml(String(value)).replaceAll('\n', '&#10;')}"`)
    .join(' ');

const ENTITIES: { readonly [character: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Characters that XML 1.0 has no way to write, and some that it advises against. */
const UNWRITABLE = /[^\P{Cc}\t\n\r]|[\ufffe\uffff]|\p{Cs}/gu;

const escapeXml = (text: string): string =>
  text.replace(UNWRITABLE, '\ufffd').replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
