import { asking } from './ask-aws.ts';
import type { CommandCall } from './command.ts';
import {
  EXECUTION_PLACE,
  type GivenExecutionPlace,
  type OpenedExecution,
  openDeployedExecution,
  sameOptions,
} from './deployed.ts';

/** The options of commands for an execution, deployed or on this machine. */
export const EXECUTION_CHOICE = EXECUTION_PLACE;

/** The argument that names it. */
export const ID = { name: 'ID', summary: 'the execution: its id, or its ARN' } as const;

/** A call of a command for an execution. */
export type ExecutionCall = CommandCall<typeof EXECUTION_CHOICE>;

/** What is asked of an execution. */
export interface AskedExecution extends OpenedExecution {
  /** How the next command names it: its id, and the options of this call. */
  readonly again: string;
}

/** Does something with the execution that a command names. */
export function withExecution<T>(
  command: string,
  {
    args: [id = ''],
    options,
    terminal,
  }: Pick<ExecutionCall, 'args' | 'terminal'> & { readonly options: GivenExecutionPlace },
  act: (asked: AskedExecution) => Promise<T>,
): Promise<T> {
  return asking(command, async () => {
    const opened = await openDeployedExecution(id, options, terminal);
    return act({ ...opened, again: `${id}${sameOptions(options)}` });
  });
}
