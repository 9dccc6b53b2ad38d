import { expect, test } from 'vitest';
import { type CaseReport, type FlowReport, junitXml } from '../../lib/testing/index.ts';

const one = (name: string, rest: Partial<CaseReport>): CaseReport => {
  return { name, status: 'passed', ms: 0, mismatches: [], diagnostics: [], ...rest };
};

const flow = (file: string, cases: readonly CaseReport[], rest: Partial<FlowReport> = {}): FlowReport => {
  return { file, cases, diagnostics: [], sources: new Map(), ...rest };
};

test('reports become a test suite a flow, with counts, times, reasons, and all characters escaped', () => {
  const unwritable = 'a < b & "c"\u0000\ud800';
  const reports = [
    flow('flows/a.yaml', [
      one('well', { ms: 1234 }),
      one(unwritable, {
        status: 'failed',
        ms: 6,
        mismatches: [{ at: ['result', 'x'], problem: 'is <1>' }],
        diff: '- "<"\n+ ">"',
      }),
      one('left out', { status: 'skipped' }),
      one('new', { status: 'updated' }),
    ]),
    flow('flows/b.yaml', [one('never', { status: 'refused' })], {
      diagnostics: [
        {
          ...{
            code: 'unknown-step',
            severity: 'error',
            message: 'There is no step "x"',
            help: '',
            file: 'flows/b.yaml',
          },
          ...{ line: 3, column: 7, endLine: 3, endColumn: 8 },
        },
      ],
    }),
    flow('flows/none.yaml', []),
  ];

  expect(junitXml(reports)).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="stepflow" tests="5" failures="1" errors="1" skipped="1" time="1.240">
      <testsuite name="flows/a.yaml" tests="4" failures="1" errors="0" skipped="1" time="1.240">
        <testcase name="well" classname="flows/a.yaml" time="1.234"/>
        <testcase name="a &lt; b &amp; &quot;c&quot;��" classname="flows/a.yaml" time="0.006">
          <failure message="result.x is &lt;1&gt;">- &quot;&lt;&quot;
    + &quot;&gt;&quot;</failure>
        </testcase>
        <testcase name="left out" classname="flows/a.yaml" time="0.000">
          <skipped/>
        </testcase>
        <testcase name="new" classname="flows/a.yaml" time="0.000"/>
      </testsuite>
      <testsuite name="flows/b.yaml" tests="1" failures="0" errors="1" skipped="0" time="0.000">
        <testcase name="never" classname="flows/b.yaml" time="0.000">
          <error message="the flow cannot run">flows/b.yaml:3:7: There is no step &quot;x&quot;</error>
        </testcase>
      </testsuite>
    </testsuites>
    "
  `);
});
