import { defineCommand } from '../command.ts';
import { showHistory } from '../follow.ts';
import { EXECUTION_CHOICE, ID, withExecution } from '../opened-execution.ts';

/** `stepflow history ID` */
export const historyCommand = defineCommand({
  name: 'history',
  summary: 'Show what the steps of an execution have done so far, those of nested executions included.',
  positionals: [ID],
  options: EXECUTION_CHOICE,
  json: 'the execution with its steps, and its result if it has ended',
  examples: ['history 0f7a1c2e-6a3b-4d55-9d0e-7f3f1f0c2b11', 'history 0f7a1c2e-6a3b-4d55-9d0e-7f3f1f0c2b11 --json'],
  action: (call) => withExecution('history', call, (asked) => showHistory(asked, call)),
});
