import { isRunning } from '../../executions/executions.ts';
import { defineCommand } from '../command.ts';
import { EXECUTION_CHOICE, ID, withExecution } from '../opened-execution.ts';
import { exitCodeFor, showStatus } from '../render/execution.ts';
import { suggestNext, writeJson } from '../report.ts';

/** `stepflow status ID` */
export const statusCommand = defineCommand({
  name: 'status',
  summary: 'Tell how an execution is, and how it has ended.',
  positionals: [ID],
  options: EXECUTION_CHOICE,
  json: 'the status, and the result of an execution that has ended',
  examples: [
    'status 0f7a1c2e-6a3b-4d55-9d0e-7f3f1f0c2b11',
    'status 0f7a1c2e-6a3b-4d55-9d0e-7f3f1f0c2b11 --stack Orders --region eu-west-1',
    'status arn:aws:states:eu-west-1:123456789012:execution:Insights:0f7a1c2e --json',
  ],
  action: (call) =>
    withExecution('status', call, async ({ executions, flow, id, again }) => {
      const execution = await executions.describe(flow, id);
      if (call.json) writeJson(execution, call.terminal);
      else {
        showStatus(execution, call.terminal);
        suggestNext(`${isRunning(execution.status) ? 'wait' : 'history'} ${again}`, call.terminal);
      }
      return exitCodeFor(execution);
    }),
});
