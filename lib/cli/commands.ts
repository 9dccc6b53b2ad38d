import type { Command } from './command.ts';
import { approveCommand, rejectCommand } from './commands/approve.ts';
import { aslRun } from './commands/asl-run.ts';
import { callbackCommand } from './commands/callback.ts';
import { compileCommand } from './commands/compile.ts';
import { deployCommand } from './commands/deploy.ts';
import { destroyCommand } from './commands/destroy.ts';
import { diffCommand } from './commands/diff.ts';
import { explainCommand } from './commands/explain.ts';
import { historyCommand } from './commands/history.ts';
import { lintCommand } from './commands/lint.ts';
import { listComponents } from './commands/list-components.ts';
import { logsCommand } from './commands/logs.ts';
import { profileCommand } from './commands/profile.ts';
import { pruneCommand } from './commands/prune.ts';
import { redriveCommand } from './commands/redrive.ts';
import { resultCommand } from './commands/result.ts';
import { run } from './commands/run.ts';
import { runsCommand } from './commands/runs.ts';
import { simulateCommand } from './commands/simulate.ts';
import { statusCommand } from './commands/status.ts';
import { stopCommand } from './commands/stop.ts';
import { submitCommand } from './commands/submit.ts';
import { test } from './commands/test.ts';
import { validate } from './commands/validate.ts';
import { waitCommand } from './commands/wait.ts';
import { waitingCommand } from './commands/waiting.ts';

/** Every command, in the order of help. A command's file loads what it works with only when it is called. */
export const commands: readonly Command[] = [
  run,
  test,
  validate,
  lintCommand,
  compileCommand,
  explainCommand,
  simulateCommand,
  profileCommand,
  waitingCommand,
  approveCommand,
  rejectCommand,
  callbackCommand,
  aslRun,
  listComponents,
  deployCommand,
  diffCommand,
  submitCommand,
  statusCommand,
  waitCommand,
  historyCommand,
  resultCommand,
  logsCommand,
  runsCommand,
  stopCommand,
  redriveCommand,
  pruneCommand,
  destroyCommand,
];
