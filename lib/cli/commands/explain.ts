import { dirname, resolve } from 'node:path';
import { withProfiles } from '../../plan/profile.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../errors.ts';
import { readFlowFile } from '../flow-files.ts';
import { readVariables } from '../inputs.ts';
import { ownComponents, passesOf, WITH, WITHOUT } from '../passes.ts';
import { PROFILE, profileFor } from '../profiles.ts';
import { showExplanation } from '../render/explanation.ts';
import { showFailedRun } from '../render/simulation.ts';
import { exitCodeOf, showDiagnostics, suggestNext, writeJson } from '../report.ts';

/** `stepflow explain FLOW` */
export const explainCommand = defineCommand({
  name: 'explain',
  summary:
    'Explain what a flow became: its arrangement, what each pass saved, how large values may be, how far limits are.',
  takes: [{ name: 'FLOW', summary: 'the flow' }],
  options: {
    profile: PROFILE,
    without: WITHOUT,
    with: WITH,
    var: { kind: 'list', value: 'NAME=JSON', summary: 'the value of a variable of the flow; may be repeated' },
  },
  json: 'passes, tree, times, budgets and limits',
  examples: [
    'explain workflows/user-insights.yaml',
    'explain workflows/user-insights.yaml --profile workflows/user-insights.profile.json',
  ],
  action: async ({ args: [path = ''], options, json, terminal }) => {
    const passes = await passesOf(options);
    const flow = await readFlowFile(path, terminal);
    const { file, text } = flow;
    const read = await profileFor(flow, options.profile, terminal);
    const { explain } = await import('../../explain/index.ts');
    const variables = await readVariables(options.var ?? []);
    const opaque = await ownComponents(dirname(resolve(terminal.cwd, file)));
    const given = { file, variables, ...passes, opaque, ...(read?.profile && { profile: read.profile }) };
    const { explanation, compiled, failure } = await explain(text, given);
    const found = withProfiles([read], compiled);
    await showDiagnostics(found, new Map([[file, text]]), terminal);
    if (exitCodeOf(found) !== EXIT.ok) return EXIT.failed;
    if (!explanation) {
      showFailedRun(failure, terminal);
      return EXIT.failed;
    }
    if (json) writeJson(explanation, terminal);
    else {
      showExplanation(explanation, terminal);
      suggestNext(read === undefined ? `profile ${file} --local` : `simulate ${file} --profile ${read.file}`, terminal);
    }
    return EXIT.ok;
  },
});
