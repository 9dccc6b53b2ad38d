import { ExecutionError } from './execution-error.ts';

/** What the ARN of an execution says. */
export interface ExecutionArn {
  readonly arn: string;
  readonly region: string;
  readonly stateMachineArn: string;
  /** The execution's name. */
  readonly id: string;
}

/**
 * Reads the ARN of an execution that has a history.
 *
 * @throws ExecutionError where it is no such ARN
 */
export function readExecutionArn(arn: string): ExecutionArn {
  const [, account = '', region = '', kind, machine = '', id = ''] =
    /^(arn:[\w-]+:states:([\w-]+):\d{12}:)(execution|express):([^:]+):(.+)$/.exec(arn) ?? [];
  if (kind === 'execution') return { arn, region, stateMachineArn: `${account}stateMachine:${machine}`, id };
  if (kind === 'express')
    throw new ExecutionError(
      `${arn} is an Express execution, of which Step Functions keeps no history`,
      'measure the flow on this machine, with profile FLOW --local, or deploy it as Standard for the measurement',
    );
  throw new ExecutionError(
    `${arn} is not the ARN of an execution`,
    'give it as AWS shows it: arn:aws:states:REGION:ACCOUNT:execution:STATE_MACHINE:NAME',
  );
}
