import { isRunning } from '../../executions/executions.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../errors.ts';
import { EXECUTION_CHOICE, ID, withExecution } from '../opened-execution.ts';
import { showStatus } from '../render/execution.ts';
import { suggestNext, writeJson } from '../report.ts';

/** `stepflow stop ID` */
export const stopCommand = defineCommand({
  name: 'stop',
  summary: 'Stop an execution. One that has ended stays as it is.',
  positionals: [ID],
  options: {
    reason: { kind: 'text', value: 'TEXT', summary: 'why, for whoever looks at the execution' },
    ...EXECUTION_CHOICE,
  },
  json: 'the execution as it is then',
  examples: [
    'stop 0f7a1c2e-6a3b-4d55-9d0e-7f3f1f0c2b11',
    "stop 0f7a1c2e-6a3b-4d55-9d0e-7f3f1f0c2b11 --reason 'the input was of last year' --json",
  ],
  action: (call) =>
    withExecution('stop', call, async ({ executions, flow, id, again }) => {
      const stopped = await executions.stop(flow, id, call.options.reason);
      if (call.json) writeJson(stopped, call.terminal);
      else {
        showStatus(stopped, call.terminal);
        // It is about to stop.
        if (isRunning(stopped.status)) suggestNext(`status ${again}`, call.terminal);
        else if (stopped.status === 'ABORTED') suggestNext(`redrive ${again}`, call.terminal);
      }
      return EXIT.ok;
    }),
});
