import { callCdk, findApp } from '../cdk.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../errors.ts';
import { CdkFailed, cdkFailed, planDeployment, showChanges } from '../flow-changes.ts';
import { suggestNext, writeJson } from '../report.ts';
import { PLACE_OPTIONS } from '../stack.ts';

/** `stepflow diff [STACK…]` */
export const diffCommand = defineCommand({
  name: 'diff',
  summary: 'Say what a deployment would change of each flow, and of each resource. Nothing is changed.',
  positionals: [
    { name: 'STACK', summary: 'the stacks to compare (default: all of the app)', optional: true, many: true },
  ],
  options: {
    region: PLACE_OPTIONS.region,
    profile: PLACE_OPTIONS.profile,
  },
  json: 'what would change of each flow',
  examples: ['diff', 'diff StepflowStack --profile production', 'diff --json'],
  action: async ({ args, options: place, json, terminal }) => {
    const app = findApp(terminal);
    try {
      const planned = await planDeployment(app, args, place, { command: 'diff', terminal });
      if (json) {
        writeJson({ ok: true, flows: planned.flows }, terminal);
        return EXIT.ok;
      }
      const selectors = planned.stacks.map(({ selector }) => selector);
      const code = await callCdk(app, ['diff', ...selectors, '--app', app.output], place, terminal);
      if (code !== 0) throw new CdkFailed();
      showChanges(planned, terminal);
      if (planned.flows.some(({ change }) => change !== 'unchanged')) suggestNext('deploy', terminal);
      return EXIT.ok;
    } catch (error) {
      return cdkFailed(error, json, terminal);
    }
  },
});
