import type { Command } from './command.ts';
import { approveCommand, rejectCommand } from './commands/approve.ts';
import { aslRun } from './commands/asl-run.ts';
import { callbackCommand } from './commands/callback.ts';
import { compileCommand } from './commands/compile.ts';
import { explainCommand } from './commands/explain.ts';
import { lintCommand } from './commands/lint.ts';
import { listComponents } from './commands/list-components.ts';
import { profileCommand } from './commands/profile.ts';
import { pruneCommand } from './commands/prune.ts';
import { run } from './commands/run.ts';
import { simulateCommand } from './commands/simulate.ts';
import { test } from './commands/test.ts';
import { validate } from './commands/validate.ts';
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
  pruneCommand,
];
