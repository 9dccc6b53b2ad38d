import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { nearest } from '../../flow/text/nearest.ts';
import { mayBeFlow } from '../../project/flow-names.ts';
import { isObject } from '../../protocol/json.ts';
import type { CaseReport, FlowReport, TestCase } from '../../testing/index.ts';
import { type CommandCall, defineCommand, type OptionValues } from '../command.ts';
import { EXIT, UsageError } from '../errors.ts';
import { type FlowFile, findFlows, noFlowIn } from '../flow-files.ts';
import { showFlowReport, showLimitsKept, showTally } from '../render/tests.ts';
import { diagnosticsJson, exitCodeOf, showDiagnostics, writeJson } from '../report.ts';
import { writeFileFor } from '../write-file.ts';

const options = {
  tag: { kind: 'list', value: 'TAG', summary: 'only cases with this tag; may be repeated' },
  case: { kind: 'list', value: 'NAME', summary: 'only the case of this name; may be repeated' },
  update: { kind: 'flag', summary: 'rewrite what failed cases expect to what was found' },
  junit: { kind: 'text', value: 'FILE', summary: 'write the results as JUnit XML, too' },
} as const;

/** `stepflow test PATH…` */
export const test = defineCommand({
  name: 'test',
  summary: "Run the cases that flows have under 'test', in the local engine.",
  positionals: [{ name: 'PATH', summary: 'flows, or folders of flows', many: true }],
  options,
  json: 'how many cases passed, failed and were skipped, and each of them,',
  examples: [
    'test workflows',
    'test workflows --tag performance --junit results.xml',
    'test workflows/pipeline.yaml --update',
  ],
  action: async (call) => {
    const flows = (await findFlows(call.args, call.terminal, mayBeFlow)).filter((flow) => isTestable(flow, call));
    if (flows.length === 0) throw noFlowIn(call.args);
    const reports: FlowReport[] = [];
    for (const flow of flows) reports.push(await testOne(flow, call));
    refuseEmptySelection(reports, call.options);
    if (call.options.junit !== undefined) await writeJunit(call.options.junit, reports, call);
    if (call.json) writeJson(toJson(reports), call.terminal);
    else {
      if (call.options.update) showLimitsKept(reports, call.terminal);
      showTally(reports, call.terminal);
    }
    return exitCode(reports);
  },
});

type TestCall = CommandCall<typeof options>;

/** Data in JSON may lie beside the flows of a folder: a flow is what has tests. */
function isTestable({ file, text }: FlowFile, { args }: TestCall): boolean {
  if (!file.endsWith('.json') || args.includes(file)) return true;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && 'test' in value;
  } catch {
    return file.endsWith('.flow.json');
  }
}

async function testOne(flow: FlowFile, call: TestCall): Promise<FlowReport> {
  const { options, json, terminal } = call;
  const { testFlow } = await import('../../testing/index.ts');
  const { file, text: source } = flow;
  const home = dirname(resolve(terminal.cwd, file));
  const { signal, cwd: project } = terminal;
  const report = await testFlow({ file, source, home, project, signal, select: (one) => isSelected(one, options) });
  const shown = options.update ? await update(flow, report, call) : report;
  if (json) return shown;
  await showDiagnostics(shown.diagnostics, shown.sources, terminal);
  showFlowReport(shown, terminal);
  return shown;
}

function isSelected({ name, tags }: TestCase, { tag, case: names }: OptionValues<typeof options>): boolean {
  return (tag?.some((one) => tags.includes(one)) ?? true) && (names?.includes(name) ?? true);
}

async function update({ file, text }: FlowFile, report: FlowReport, { terminal }: TestCall): Promise<FlowReport> {
  const { updateFlow } = await import('../../testing/index.ts');
  const updated = updateFlow(text, report);
  if (updated.text !== text) await writeFile(resolve(terminal.cwd, file), updated.text);
  return updated.report;
}

/** A selection without any case is a typing mistake, not a success. */
function refuseEmptySelection(
  reports: readonly FlowReport[],
  { tag, case: names }: OptionValues<typeof options>,
): void {
  const cases = reports.flatMap((report) => report.cases);
  if ((!tag && !names) || cases.some(({ status }) => status !== 'skipped')) return;
  const wanted = [
    ...(names ?? []).map((name) => `the name "${name}"`),
    ...(tag ?? []).map((one) => `the tag "${one}"`),
  ];
  const near =
    names?.[0] === undefined
      ? undefined
      : nearest(
          names[0],
          cases.map(({ name }) => name),
        );
  const help = near === undefined ? 'without --tag and --case all cases run' : `did you mean --case "${near}"?`;
  throw new UsageError(`no case has ${wanted.join(', or ')}`, help);
}

async function writeJunit(file: string, reports: readonly FlowReport[], { terminal }: TestCall): Promise<void> {
  const { junitXml } = await import('../../testing/index.ts');
  await writeFileFor('--junit', file, junitXml(reports), terminal);
}

const isOk = ({ status }: CaseReport): boolean => status === 'passed' || status === 'updated';

function toJson(reports: readonly FlowReport[]): object {
  const all = reports.flatMap(({ file, cases }) => cases.map((one) => ({ flow: file, ...one })));
  const ran = all.filter(({ status }) => status !== 'skipped');
  return {
    passed: ran.filter(isOk).length,
    failed: ran.filter((one) => !isOk(one)).length,
    skipped: all.length - ran.length,
    cases: ran.map((one) => {
      const { flow, name, status, ms, diff = null } = one;
      return { flow, name, ok: isOk(one), ms, diff, status };
    }),
    diagnostics: diagnosticsJson(reports.flatMap(({ diagnostics }) => diagnostics)),
  };
}

function exitCode(reports: readonly FlowReport[]): number {
  const failed = reports.some(({ cases }) => cases.some((one) => !isOk(one) && one.status !== 'skipped'));
  return failed ? EXIT.failed : exitCodeOf(reports.flatMap(({ diagnostics }) => diagnostics));
}
