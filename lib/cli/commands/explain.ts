import { dirname, resolve } from 'node:path';
import { defineCommand } from '../command.ts';
import { EXIT } from '../errors.ts';
import { NO_EXECUTIONS } from '../executions.ts';
import { readFlowFile } from '../flow-files.ts';
import { readSimulatedInput, readVariables, SIMULATED_INPUT_OPTION } from '../inputs.ts';
import { asksForRuns, MEASURED_OPTIONS, measuredRuns } from '../measured.ts';
import { passesOf, WITH_OPTION, WITHOUT_OPTION } from '../passes.ts';
import { PROFILE_OPTION, profileOption } from '../profiles.ts';
import { showExplanation } from '../render/explanation.ts';
import { showFailedRun } from '../render/simulation.ts';
import { exitCodeOf, refuse, showDiagnostics, suggestNext, writeJson } from '../report.ts';

/** `stepflow explain FLOW` */
export const explainCommand = defineCommand({
  name: 'explain',
  summary:
    'Explain what a flow became: its arrangement, what each pass saved, how large values may be, how far limits are.',
  positionals: [{ name: 'FLOW', summary: 'the flow' }],
  options: {
    profile: PROFILE_OPTION,
    input: SIMULATED_INPUT_OPTION,
    without: WITHOUT_OPTION,
    with: WITH_OPTION,
    var: { kind: 'list', value: 'NAME=JSON', summary: 'the value of a variable of the flow; may be repeated' },
    ...MEASURED_OPTIONS,
  },
  json: 'triggers (starts), passes, tree, times, budgets, limits, and the cost per step, predicted and measured',
  examples: [
    'explain workflows/user-insights.yaml',
    'explain workflows/user-insights.yaml --profile workflows/user-insights.profile.json',
    'explain workflows/user-insights.yaml --last 20',
    'explain workflows/user-insights.yaml --run 0f7a1c2e',
  ],
  action: async ({ args: [path = ''], options, json, terminal }) => {
    const isMeasured = asksForRuns(options);
    const passes = await passesOf(options);
    const { file, text } = await readFlowFile(path, terminal);
    const given = { ...passes, ...(await profileOption(options.profile, terminal)) };
    const variables = await readVariables(options.var ?? [], terminal);
    const input = await readSimulatedInput(options.input, terminal);
    const [{ openFlow }, { memorySizes }, { explain }] = await Promise.all([
      import('../../project/open-flow.ts'),
      import('../../project/load-flows.ts'),
      import('../../explain/index.ts'),
    ]);
    const flow = openFlow({ ...given, file, home: dirname(resolve(terminal.cwd, file)), source: text, variables });
    await showDiagnostics(flow.diagnostics, new Map([[file, text]]), terminal);
    if (exitCodeOf(flow.diagnostics) !== EXIT.ok) return refuse(flow.diagnostics, json, terminal);
    const shown = { command: 'explain', json, terminal };
    const measured = isMeasured ? await measuredRuns(options, flow, { file, text }, shown) : undefined;
    if (isMeasured && !measured) return NO_EXECUTIONS;
    const { explanation, failure } = await explain(flow, {
      ...input,
      ...(measured && { measured }),
      // Without runs to compare with, no component is loaded.
      ...(measured && { memorySizes: () => memorySizes(flow) }),
    });
    if (!explanation) {
      return showFailedRun(failure, flow.compiled, { json, terminal });
    }
    if (json) writeJson(explanation, terminal);
    else {
      showExplanation(explanation, terminal);
      suggestNext(
        flow.profile ? `simulate ${file} --profile ${flow.profile.file}` : `profile ${file} --local`,
        terminal,
      );
    }
    return EXIT.ok;
  },
});
