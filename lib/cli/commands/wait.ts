import { defineCommand } from '../command.ts';
import { waitForEnd } from '../follow.ts';
import { EXECUTION_CHOICE, ID, withExecution } from '../opened-execution.ts';

/** `stepflow wait ID` */
export const waitCommand = defineCommand({
  name: 'wait',
  summary:
    'Wait for the end of an execution, and show what its steps do. Interrupted, it leaves the execution running.',
  positionals: [ID],
  options: EXECUTION_CHOICE,
  json: "the flow's result and its execution",
  examples: [
    'wait 0f7a1c2e-6a3b-4d55-9d0e-7f3f1f0c2b11',
    'wait 0f7a1c2e-6a3b-4d55-9d0e-7f3f1f0c2b11 --flow user-insights --json',
  ],
  action: (call) => withExecution('wait', call, (asked) => waitForEnd(asked, call)),
});
