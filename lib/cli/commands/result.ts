import { defineCommand } from '../command.ts';
import { EXIT } from '../errors.ts';
import { EXECUTION_CHOICE, ID, withExecution } from '../opened-execution.ts';
import { showFailure } from '../render/run.ts';
import { writeJson } from '../report.ts';

/** `stepflow result ID` */
export const resultCommand = defineCommand({
  name: 'result',
  summary: 'Print the result of an execution that has ended, however large it is.',
  positionals: [ID],
  options: EXECUTION_CHOICE,
  json: "the flow's result object",
  examples: [
    'result 0f7a1c2e-6a3b-4d55-9d0e-7f3f1f0c2b11',
    'result 0f7a1c2e-6a3b-4d55-9d0e-7f3f1f0c2b11 --json > result.json',
  ],
  action: (call) =>
    withExecution('result', call, async ({ executions, flow, id }) => {
      const result = await executions.result(flow, id);
      if (call.json) writeJson(result, call.terminal);
      else if (result.outcome === 'success') writeJson(result.result, call.terminal);
      else if (result.outcome === 'skipped') call.terminal.stderr.write('the flow was skipped, and has no result\n');
      else showFailure(result.error, [], call.terminal);
      return result.outcome === 'failed' ? EXIT.failed : EXIT.ok;
    }),
});
