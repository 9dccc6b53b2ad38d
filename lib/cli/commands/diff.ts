import { callCdk, stacksTo, withApp } from '../cdk.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../errors.ts';
import { planDeployment, showChanges } from '../flow-changes.ts';
import { suggestNext, writeJson } from '../report.ts';
import { ACCOUNT_OPTIONS } from '../stack.ts';

/** `stepflow diff [STACK…]` */
export const diffCommand = defineCommand({
  name: 'diff',
  summary: 'Say what a deployment would change of each flow, and of each resource. Nothing is changed.',
  positionals: stacksTo('compare'),
  options: ACCOUNT_OPTIONS,
  json: 'what would change of each flow',
  examples: ['diff', 'diff StepflowStack --profile production', 'diff --json'],
  action: ({ args, options: place, json, terminal }) =>
    withApp({ json, terminal }, async (app) => {
      const planned = await planDeployment(app, args, place, { command: 'diff', terminal });
      if (json) {
        writeJson({ ok: true, flows: planned.flows }, terminal);
        return EXIT.ok;
      }
      const selectors = planned.stacks.map(({ selector }) => selector);
      await callCdk(app, ['diff', ...selectors, '--app', app.output], place, terminal);
      showChanges(planned, terminal);
      if (planned.flows.some(({ change }) => change !== 'unchanged')) suggestNext('deploy', terminal);
      return EXIT.ok;
    }),
});
