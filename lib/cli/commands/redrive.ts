import { defineCommand } from '../command.ts';
import { EXIT } from '../errors.ts';
import { waitForEnd } from '../follow.ts';
import { EXECUTION_CHOICE, ID, withExecution } from '../opened-execution.ts';
import { suggestNext, writeJson } from '../report.ts';
import { colorsFor } from '../terminal.ts';

/** `stepflow redrive ID` */
export const redriveCommand = defineCommand({
  name: 'redrive',
  summary:
    'Continue an execution that failed, was stopped or timed out, from where it did: what has succeeded is not repeated.',
  positionals: [ID],
  options: {
    wait: { kind: 'flag', summary: 'wait for the end, and show what the steps do, as wait does' },
    ...EXECUTION_CHOICE,
  },
  json: 'the execution; with --wait, as wait does',
  examples: [
    'redrive 0f7a1c2e-6a3b-4d55-9d0e-7f3f1f0c2b11',
    'redrive 0f7a1c2e-6a3b-4d55-9d0e-7f3f1f0c2b11 --wait --json',
  ],
  action: (call) =>
    withExecution('redrive', call, async (asked) => {
      const { executions, flow, id, again } = asked;
      const { json, terminal } = call;
      const redriven = await executions.redrive(flow, id);
      if (call.options.wait) return waitForEnd(asked, call, true);
      if (json) writeJson(redriven, terminal);
      else {
        const { green } = colorsFor(terminal.stdout, terminal.env);
        terminal.stdout.write(`${green('✔')} ${flow} goes on: ${id}\n`);
        suggestNext(`wait ${again}`, terminal);
      }
      return EXIT.ok;
    }),
});
